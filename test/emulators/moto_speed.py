"""What moto 5.2.5 does on each request, done once or on less; every answer is the same.

It lists its own package's folders to route a request, and a class's methods to choose one; and it sorts a
whole DynamoDB table to answer a Query about one hash key: reading each of 3,000 secrets took minutes.
"""

import copy
import functools
import inspect

from moto import backends
from moto.core import responses
from moto.dynamodb.models.table import Table


def install():
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    Table.query = of_one_partition(Table.query)


def of_one_partition(query):
    signature = inspect.signature(query)

    def query_partition(self, *args, **kwargs):
        asked = signature.bind(self, *args, **kwargs).arguments
        if asked.get("index_name") is None:
            hash_key = asked["hash_key"]
            # The table with the one partition's rows; a query reads a table and changes nothing.
            self = copy.copy(self)
            self.items = {hash_key: self.items[hash_key]} if hash_key in self.items else {}
        return query(self, *args, **kwargs)

    return query_partition
