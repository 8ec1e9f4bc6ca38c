#!/usr/bin/env python3
"""usage: embed.py HEADER TYPE NAME FILE...     Files as a C table of names (without .yaml) and texts, on standard output."""
import json
import sys
from pathlib import Path

header, kind, name = sys.argv[1:4]
print(f'#include "{header}"\n\nconst struct {kind} {name}[] = {{')
for file in map(Path, sys.argv[4:]):
    lines = "\n    ".join(json.dumps(line, ensure_ascii=False) for line in file.read_text().splitlines(keepends=True))
    print(f'    {{"{file.name.removesuffix(".yaml")}",\n    {lines}}},')
print("    {0}};")
