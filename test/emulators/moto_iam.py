"""Resources, conditions and error shapes for the IAM enforcement of moto 5.2.5, on S3, DynamoDB and KMS.

Stock moto checks resource ARNs for S3 only, ignores every condition, and answers a denial of
DynamoDB or KMS in XML, which no SDK can parse. `install()` replaces those parts; it reaches into
moto's internals, so requirements.txt pins moto.

Enforcement begins with POST /moto-api/reset-auth, body "0", and ends with body "inf".

This is our reading of the IAM documentation, not AWS. Not covered: resource policies, grants,
permission boundaries, service control policies, kms:ViaService.
"""

import base64
import binascii
import json
import re
import threading
from urllib.parse import parse_qs, urlparse

from werkzeug.exceptions import HTTPException
from moto.core.authorization import ActionAuthenticatorMixin
from moto.dynamodb.models import dynamodb_backends
from moto.iam import access_control
from moto.kms.models import kms_backends

ENFORCED = ("s3", "dynamodb", "kms")
JSON_PROTOCOL = ("dynamodb", "kms")

# moto's check sees the action but not the request; this carries it over, one request a thread.
current = threading.local()


class JsonDenied(HTTPException):
    code = 400

    def __init__(self, kind, message):
        super().__init__(json.dumps({"__type": kind, "message": message}))


# --- What a request needs: a list of (action, resource ARN, condition context) ---


def dynamodb_needs(request, operation):
    body = json.loads(request.raw_body or b"{}")
    if operation == "BatchGetItem":
        return [
            dynamodb_need(request, operation, {**part, "TableName": table})
            for table, part in body["RequestItems"].items()
        ]
    if operation == "BatchWriteItem":
        return [
            dynamodb_need(request, operation, {"TableName": table, "Keys": [written_key(w) for w in writes]})
            for table, writes in body["RequestItems"].items()
        ]
    if operation in ("TransactWriteItems", "TransactGetItems"):
        action_of = {
            "Put": "PutItem",
            "Update": "UpdateItem",
            "Delete": "DeleteItem",
            "ConditionCheck": "ConditionCheckItem",
            "Get": "GetItem",
        }
        return [
            dynamodb_need(request, action_of[kind], part)
            for item in body["TransactItems"]
            for kind, part in item.items()
        ]
    return [dynamodb_need(request, operation, body)]


def written_key(write):
    return write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"]


def dynamodb_need(request, action, part):
    backend = dynamodb_backends[request.current_account][request.region]
    table_name = part.get("TableName", "").split("/")[-1]
    table = backend.tables.get(table_name)
    hash_key = table.hash_key_attr if table else None
    names = part.get("ExpressionAttributeNames", {})
    values = part.get("ExpressionAttributeValues", {})

    leading_keys, attributes = [], set(names.values())
    for key in [part.get("Key"), part.get("Item"), *part.get("Keys", [])]:
        if not key:
            continue
        attributes |= set(key)
        if hash_key in key:
            leading_keys.append(typed_value(key[hash_key]))
    equality = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)")
    for attribute, value in equality.findall(part.get("KeyConditionExpression", "")):
        if names.get(attribute, attribute) == hash_key:
            leading_keys.append(typed_value(values[value]))

    context = {"dynamodb:attributes": sorted(attributes)}
    if leading_keys:
        context["dynamodb:leadingkeys"] = leading_keys
    if part.get("Select"):
        context["dynamodb:select"] = [part["Select"]]

    arn = "*"
    if table_name:
        arn = f"arn:aws:dynamodb:{request.region}:{request.current_account}:table/{table_name}"
    if part.get("IndexName"):
        arn += "/index/" + part["IndexName"]
    return "dynamodb:" + action, arn, context


def typed_value(attribute):
    """The value of {"S": value}."""
    return next(iter(attribute.values()))


def kms_needs(request, operation):
    body = json.loads(request.raw_body or b"{}")
    encryption_context = body.get("EncryptionContext") or {}
    context = {"kms:encryptioncontext:" + k.lower(): [v] for k, v in encryption_context.items()}
    if encryption_context:
        context["kms:encryptioncontextkeys"] = sorted(encryption_context)
    key_id = body.get("KeyId")
    if key_id and "alias/" in key_id:
        context["kms:requestalias"] = [key_id[key_id.index("alias/") :]]
    if not key_id and body.get("CiphertextBlob"):
        key_id = key_id_in_blob(body["CiphertextBlob"])
    return [("kms:" + operation, kms_arn(request, key_id), context)]


def key_id_in_blob(blob):
    """moto's ciphertexts begin with the key's id, a UUID of 36 characters."""
    try:
        return base64.b64decode(blob)[:36].decode("latin1")
    except binascii.Error:
        return None


def kms_arn(request, key_id):
    if not key_id:
        return "*"
    backend = kms_backends[request.current_account][request.region]
    alias = backend.get_alias_name(key_id)
    if alias.startswith("alias/") and not backend.alias_exists(alias):
        # any_id_to_key_id fails on it; let the operation itself say that there is none.
        return f"arn:aws:kms:{request.region}:{request.current_account}:{alias}"
    key = backend.keys.get(backend.any_id_to_key_id(key_id))
    if key is not None:
        return key.arn
    return f"arn:aws:kms:{request.region}:{request.current_account}:key/{key_id}"


def s3_context(request):
    query = parse_qs(urlparse(request.uri).query, keep_blank_values=True)
    context = {"s3:" + key: query[key][:1] for key in ("prefix", "delimiter", "max-keys") if key in query}
    if "versionId" in query:
        context["s3:versionid"] = query["versionId"]
    conditions = (
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "If-Match",
        "If-None-Match",
    )
    for header in conditions:
        if request.headers.get(header):
            context["s3:" + header.lower()] = [request.headers[header]]
    return context


# --- Policy evaluation ---


def like(pattern, value, ignore_case=False):
    wildcards = {"*": ".*", "?": "."}
    regex = "".join(wildcards.get(char, re.escape(char)) for char in pattern)
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.fullmatch(regex, value, flags) is not None


OPERATORS = {
    "StringEquals": lambda want, have: want == have,
    "StringEqualsIgnoreCase": lambda want, have: want.lower() == have.lower(),
    "StringLike": like,
    "ArnLike": like,
    "ArnEquals": like,
    "Bool": lambda want, have: str(want).lower() == str(have).lower(),
    "NumericEquals": lambda want, have: float(want) == float(have),
    "NumericLessThanEquals": lambda want, have: float(have) <= float(want),
}

NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def as_list(value):
    return value if isinstance(value, list) else [value]


def conditions_hold(conditions, context):
    for operator, pairs in (conditions or {}).items():
        for key, wanted in pairs.items():
            wanted = [str(w).lower() if isinstance(w, bool) else w for w in as_list(wanted)]
            if not condition_holds(operator, wanted, context.get(key.lower())):
                return False
    return True


def condition_holds(operator, wanted, have):
    quantifier, _, base = operator.rpartition(":")
    if base == "Null":
        return (have is None) == (wanted[0].lower() == "true")
    if_exists = base.endswith("IfExists")
    base = base.removesuffix("IfExists")
    negated = base in NEGATED
    test = OPERATORS.get(NEGATED.get(base, base))
    if test is None:
        # Fails closed and loudly: a guess would make a policy test worthless.
        raise JsonDenied("AccessDeniedException", f"moto_iam: operator {operator} not supported")
    if have is None:
        return quantifier == "ForAllValues" or if_exists or (negated and quantifier != "ForAnyValue")
    hits = [any(test(want, value) for want in wanted) != negated for value in have]
    return any(hits) if quantifier == "ForAnyValue" else all(hits)


def statement_names(statement, element, value, ignore_case):
    """Whether Action/NotAction or Resource/NotResource covers the value."""
    if "Not" + element in statement:
        return not any(like(p, value, ignore_case) for p in as_list(statement["Not" + element]))
    return any(like(p, value, ignore_case) for p in as_list(statement.get(element, [])))


def is_allowed(policies, action, resource, context):
    allowed = False
    for policy in policies:
        for statement in as_list(policy["Statement"]):
            applies = (
                statement_names(statement, "Action", action, True)
                and statement_names(statement, "Resource", resource, False)
                and conditions_hold(statement.get("Condition"), context)
            )
            if applies and statement["Effect"] == "Deny":
                return False
            allowed = allowed or applies
    return allowed


# --- Into moto ---


def install():
    """Replaces moto's authorisation of S3, DynamoDB and KMS with this module's."""
    stock_authorize = ActionAuthenticatorMixin._authenticate_and_authorize_action
    stock_check = access_control.IAMRequestBase.check_action_permitted

    def authorize(self, request_class, resource="*"):
        current.request = self
        return stock_authorize(self, request_class, resource)

    def check(self, resource):
        if self._service not in ENFORCED:
            return stock_check(self, resource)
        policies = [access_control.IAMPolicy(p)._policy_json for p in self._access_key.collect_policies()]
        for action, arn, context in needs_of(self, resource):
            if is_allowed(policies, action, arn, context):
                continue
            if self._service == "s3":
                self._raise_access_denied()
            raise JsonDenied(
                "AccessDeniedException",
                f"User: {self._access_key.arn} is not authorized to perform: {action} on resource: {arn} "
                f"because no identity-based policy allows the {action} action",
            )

    def needs_of(iam_request, resource):
        operation = iam_request._action.split(":", 1)[1]
        if iam_request._service == "dynamodb":
            return dynamodb_needs(current.request, operation)
        if iam_request._service == "kms":
            return kms_needs(current.request, operation)
        return [(iam_request._action, resource, s3_context(current.request))]

    def in_json(kind, message, stock):
        def raise_error(self, *args):
            if self._service in JSON_PROTOCOL:
                raise JsonDenied(kind, message)
            return stock(self, *args)

        return raise_error

    iam_request = access_control.IAMRequest
    ActionAuthenticatorMixin._authenticate_and_authorize_action = authorize
    access_control.IAMRequestBase.check_action_permitted = check
    iam_request._raise_signature_does_not_match = in_json(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.",
        iam_request._raise_signature_does_not_match,
    )
    iam_request._raise_invalid_access_key = in_json(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        iam_request._raise_invalid_access_key,
    )
