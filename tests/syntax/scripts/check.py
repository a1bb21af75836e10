# Compiled, not only parsed: a keyword argument that is given twice is the compiler's to refuse. Nothing is run.
import sys

for path in sys.argv[1:]:
    try:
        with open(path, "rb") as file:
            compile(file.read(), path, "exec", dont_inherit=True)
        print("ok")
    except (SyntaxError, ValueError):
        print("bad")
