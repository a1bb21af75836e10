import ast
import sys

for path in sys.argv[1:]:
    try:
        with open(path, "rb") as file:
            ast.parse(file.read())
        print("ok")
    except (SyntaxError, ValueError):
        print("bad")
