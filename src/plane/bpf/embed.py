#!/usr/bin/env python3
"""usage: embed.py FILE     An object file as a C array, on standard output (plane/fast_program.h)."""
import sys
from pathlib import Path

octets = Path(sys.argv[1]).read_bytes()
lines = "\n".join("    " + "".join(f"{octet}," for octet in octets[at : at + 24]) for at in range(0, len(octets), 24))
print(f"""#include "plane/fast/program.h"

_Alignas(8) const unsigned char fast_program[] = {{
{lines}
}};
const size_t fast_program_bytes = sizeof fast_program;""")
