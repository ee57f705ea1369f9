"""What fails: the header as JSON."""

from .case import fails, KEY, members, NAME, replaced
from .sealing import local


def bad_json():
    def text(file, title, edit, *must, **o):
        fails(file, title, *(must or ["F-11"]), text=edit, **o)

    text("header-whitespace", "a space after a colon", replaced('"version":', '"version": '))
    text("header-newline", "a newline at the end", lambda t: t + "\n")
    text("header-bom", "a byte order mark", lambda t: "\ufeff" + t, sure=False)
    text(
        "header-duplicate-member",
        "a member twice, the same",
        replaced('"version":"7"', '"version":"7","version":"7"'),
    )
    text(
        "header-duplicate-name",
        "another name before the right one",
        replaced('"name":', '"name":"other","name":'),
    )
    text("header-escape", "a letter escaped", replaced('"name":"p', '"name":"\\u0070'))
    text("header-escape-slash", "a slash escaped", replaced("prod/db", "prod\\/db"))
    text(
        "header-escape-upper",
        "hexadecimal digits in upper case",
        replaced("\\u001f", "\\u001F"),
        comment="\x1f",
    )
    text("header-escape-long", "a newline as \\u000a", replaced("a\\nb", "a\\u000ab"), comment="a\nb")
    text("header-escape-member", "a member's name escaped", replaced('"version"', '"versio\\u006e"'))
    text(
        "header-surrogate-pair-escaped",
        "a character beyond the BMP as two escapes",
        replaced("\U0001f511", "\\ud83d\\udd11"),
        comment="\U0001f511",
    )
    text(
        "version-1e0",
        "the version as the number 1e0",
        replaced('"version":"1"', '"version":1e0'),
        "F-15",
        "F-11",
        "F-17",
        version="1",
    )
    text(
        "version-number", "the version as a number", replaced('"version":"7"', '"version":7'), "F-15", "F-17"
    )
    text("header-truncated", "not JSON: the last brace is missing", lambda t: t[:-1], sure=False)
    text("header-trailing", "not JSON: text after the object", lambda t: t + "{}", sure=False)
    text("header-comma", "not JSON: a comma before the brace", lambda t: t[:-1] + ",}", sure=False)
    text("header-empty", "not JSON: nothing", lambda t: "", sure=False)
    text("header-array", "not an object", lambda t: "[" + t + "]", "F-15", sure=False)
    text("header-string", "not an object", lambda t: '"x"', "F-15", sure=False)
    text("header-null", "not an object", lambda t: "null", "F-15", sure=False)
    text(
        "leaf-deeply-nested",
        "7,000 arrays inside each other",
        replaced('{"a":"x"}', '{"a":' + "[" * 7000 + "]" * 7000 + "}"),
        "F-15",
        tags={"a": "x"},
    )
    fails("unsorted-members", "members in another order", "F-11", order=lambda k: k != "version")
    fails(
        "unsorted-nested-members",
        "a nested object's members in another order",
        "F-11",
        context={"a": "1", "b": "2"},
        text=replaced('{"a":"1","b":"2"}', '{"b":"2","a":"1"}'),
    )
    fails(
        "order-code-points",
        "members sorted by code points, not UTF-16",
        "F-11",
        tags={"\uff61": "1", "\U0001f600": "2"},
        order=lambda k: k,
    )
    fails("lone-surrogate", "half of a surrogate pair, escaped", "F-12", comment="\ud800")
    fails("lone-surrogate-low", "the other half, in a tag's name", "F-12", tags={"\udc00": "x"})
    fails(
        "lone-surrogate-context",
        "half of a surrogate pair in the context's value",
        "F-12",
        sure=False,
        context={"k": "v"},
        recipients=[local(KEY, wrap_context={"k": "\ufffd", "lazycred:name": NAME})],
        text=replaced('{"k":"v"}', '{"k":"\\ud800"}'),
    )
    fails(
        "lone-surrogate-bare",
        "half of a surrogate pair, not escaped",
        "F-12",
        "F-11",
        comment="x",
        text=replaced('"x"', '"\ud800"'),
    )

    fails("proto-member", "a member called __proto__", "F-14", header=members(**{"__proto__": "x"}))
    fails("constructor-member", "a member called constructor", "F-14", header=members(constructor="x"))
    fails("extra-member", "a member that the format does not know", "F-14", header=members(note="x"))
    fails("extra-member-empty-name", "a member without a name", "F-14", header=members(**{"": "x"}))
    for member in ("alg", "commit", "context", "created", "keys", "name", "salt", "version"):
        fails(
            f"missing-{member}", f"{member} is missing", "F-14", sure=False, header=members(**{member: None})
        )
    for file, value in {"number": 1, "true": True, "array": ["x"], "object": {"a": "b"}}.items():
        fails(f"leaf-{file}", "a leaf that is not a string", "F-15", tags={"a": value})
    fails(
        "leaf-null",
        "a leaf that is null",
        "F-15",
        text=replaced('"comment":"x"', '"comment":null'),
        comment="x",
    )
    fails("tags-array", "tags as a list", "F-15", tags=["a"])
    fails("tags-null", "tags as null", "F-15", sure=False, text=replaced('"tags":{}', '"tags":null'), tags={})
    fails("context-array", "an empty context as a list", "F-15", sure=False, header=members(context=[]))
    fails(
        "context-leaf-number",
        "a context value that is a number",
        "F-15",
        sure=False,
        context={"k": "1"},
        text=replaced('"k":"1"', '"k":1'),
    )
    fails(
        "keys-object",
        "recipients as an object",
        "F-15",
        sure=False,
        header=lambda h: {**h, "keys": {"0": h["keys"][0]}},
    )
    fails(
        "name-array",
        "the name in a list",
        "F-15",
        "F-16",
        sure=False,
        header=lambda h: {**h, "name": [h["name"]]},
    )
