#!/usr/bin/env python3
"""usage: embed.py FILE...     The profiles as a C table of names and texts, on standard output."""
import json
import sys
from pathlib import Path

print('#include "config/profile.h"\n\nconst struct config_profile_file config_profile_files[] = {')
for file in map(Path, sys.argv[1:]):
    lines = "\n    ".join(json.dumps(line, ensure_ascii=False) for line in file.read_text().splitlines(keepends=True))
    print(f'    {{"{file.stem}",\n    {lines}}},')
print("    {0}};")
