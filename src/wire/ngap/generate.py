#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes C structs and tables of the NGAP description: generate.py HEADER SOURCE DESCRIPTION..."""
import os
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from describe import CRITICALITY, ROLES, Description

PREFIX = 'ngap_'
KEYWORDS = set('auto break case char const continue default do double else enum extern false float for goto if '
               'inline int long register return short signed sizeof static struct switch true typedef union '
               'unsigned void volatile while bool'.split())
NO_BOUND = 2**64 - 1


def store(high):
    """Bytes of the smallest unsigned C integer that holds high."""
    return next(size for size in (1, 2, 4, 8) if high < 1 << 8 * size)


def shape(type_):
    """The kind that the engine and the C struct see."""
    fixed = type_.high is not None and type_.low == type_.high
    if type_.kind == 'bits':
        if fixed and type_.high <= 64:
            return 'BITS'
        if fixed and not type_.extensible and type_.high % 8 == 0:
            return 'OCTETS'
        return 'SHORT_BITS' if type_.high <= 64 and not type_.extensible else 'BIT_STRING'
    if type_.kind == 'octets':
        return 'OCTETS' if fixed and not type_.extensible else 'OCTET_STRING'
    if type_.kind == 'text':
        return 'UTF8' if type_.text == 'utf8' else 'TEXT'
    return type_.kind.upper()


def octets(type_):
    return type_.high // 8 if type_.kind == 'bits' else type_.high


def width_in_c(type_):
    """Bytes of a scalar in C."""
    kind = shape(type_)
    if kind == 'ENUM':
        return 4
    if kind == 'INTEGER':
        return store(max(type_.high, type_.top or 0))
    if kind == 'BITS':
        return store(2**type_.high - 1)
    if kind == 'NUMBER':
        return store(2**(8 * type_.high) - 1)
    return 0


def declare(type_, name):
    """The C declaration of `name` as a value of the type."""
    kind = shape(type_)
    if kind in ('INTEGER', 'BITS', 'NUMBER'):
        return f'uint{8 * width_in_c(type_)}_t {name}'
    if kind == 'ENUM':
        return f'enum {PREFIX}{type_.c} {name}'
    if kind == 'OCTETS':
        return f'uint8_t {"(" + name + ")" if name.startswith("*") else name}[{octets(type_)}]'
    views = {'SHORT_BITS': 'struct aper_bits', 'BIT_STRING': 'struct aper_bit_string',
             'OCTET_STRING': 'struct bytes', 'TEXT': 'struct bytes', 'UTF8': 'struct bytes'}
    return f'{views.get(kind, "struct " + PREFIX + type_.c)} {name}'


def presence(part):
    if not part.optional:
        return 'MANDATORY'
    kind = shape(part.type)
    if kind in ('SEQUENCE', 'CHOICE', 'CONTAINER'):
        return 'POINTED'
    return 'VIEWED' if kind in ('BIT_STRING', 'OCTET_STRING', 'TEXT', 'UTF8', 'LIST') else 'FLAGGED'


def remark(part):
    """What a reader of the struct wants to know of a member beyond its C type."""
    words = []
    if part.conditional:
        words.append('conditional')
    elif part.optional and not part.alternative:
        words.append('optional')
    type_, kind = part.type, shape(part.type)
    bound = f'{type_.low}..{"" if type_.high is None else type_.high}'
    if kind in ('BITS', 'OCTETS') and type_.kind == 'bits':
        words.append(f'{type_.high} bits')
    elif kind in ('SHORT_BITS', 'BIT_STRING'):
        words.append(f'{bound} bits')
    elif kind == 'NUMBER' and type_.high != width_in_c(type_):
        words.append(f'{8 * type_.high} bits')
    elif kind == 'INTEGER':
        words.append(bound)
    if type_.kind == 'octets' and type_.of:
        words.append(f'holds an encoded {PREFIX}{type_.of.c}')
    return f' /* {", ".join(words)} */' if words else ''


def constant(*names):
    return (PREFIX + '_'.join(names)).upper()


class Header:
    def __init__(self, description):
        self.description = description
        self.lines, self.constants = [], {}

    def claim(self, name, owner):
        if self.constants.setdefault(name, owner) != owner:
            raise SystemExit(f'{owner} and {self.constants[name]} both want {name}')
        return name

    def put(self, *lines):
        self.lines.extend(lines)

    def enum(self, type_):
        names = [self.claim(constant(type_.c, snake_value(value)), type_.name) for value in type_.values]
        self.put(f'enum {PREFIX}{type_.c} {{', *[f'    {name},' for name in names], '};', '')

    def choice(self, type_):
        names = [self.claim(constant(type_.c, part.c), type_.name) for part in type_.parts]
        self.put(f'struct {PREFIX}{type_.c} {{', f'    enum {PREFIX}{type_.c}_which {{')
        self.put(*[f'        {name}{" = 1" if i == 0 else ""},' for i, name in enumerate(names)], '    } which;')
        if any(part.type.kind != 'null' for part in type_.parts):
            self.put('    union {')
            self.put(*[f'        {declare(part.type, member(part))};{remark(part)}'
                       for part in type_.parts if part.type.kind != 'null'])
            self.put('    };')
        self.put('};', '')

    def record(self, type_):
        self.put(f'struct {PREFIX}{type_.c} {{')
        for part in type_.parts:
            pointed = presence(part) == 'POINTED'
            name = member(part)
            text = 'const ' + declare(part.type, '*' + name) if pointed else declare(part.type, name)
            self.put(f'    {text};{remark(part)}')
        flags = [f'has_{part.c}' for part in type_.parts if presence(part) == 'FLAGGED']
        self.put(*[f'    bool {flag};' for flag in flags])
        if not type_.parts:
            self.put('    uint8_t nothing;')
        self.put('};', '')

    def type(self, type_):
        if type_.kind == 'enum':
            self.enum(type_)
        elif type_.kind == 'choice':
            self.choice(type_)
        elif type_.composite:
            self.record(type_)
        elif type_.kind == 'list':
            self.put(f'struct {PREFIX}{type_.c} {{', f'    const {declare(type_.of, "*items")};',
                     f'    size_t count; /* {type_.low}..{type_.high} */', '};', '')

    def messages(self):
        names = [(m, self.claim(constant(m.type.c), m.type.name)) for m in self.description.messages]
        self.put('enum ngap_message_type {', '    NGAP_NO_MESSAGE,')
        self.put(*[f'    {name}, /* {m.role}, procedure {m.procedure} */' for m, name in names])
        self.put('    NGAP_MESSAGES /* how many there are, with none */', '};', '')
        self.put('/* The decoded message, by its ngap_message_type. */', 'union ngap_value {', '    const void *any;')
        self.put(*[f'    const struct {PREFIX}{m.type.c} *{m.type.c};' for m, _ in names], '};', '')

    def transfers(self):
        """Types that travel inside octet strings get functions of their own."""
        self.put('/* What octet strings contain. Decoded values live in the arena and view the input. */')
        for type_ in contained(self.description):
            struct, name = f'struct {PREFIX}{type_.c}', type_.c
            self.put(f'extern const struct aper_type {PREFIX}type_{name};',
                     f'static inline enum ngap_verdict ngap_decode_{name}(struct bytes in, struct arena *arena,',
                     f'    const {struct} **value, struct aper_diagnostics *diagnostics)', '{',
                     f'    const void *any = NULL;',
                     f'    enum ngap_verdict verdict = ngap_decode_type(&{PREFIX}type_{name}, in, arena, &any, diagnostics);',
                     '    *value = any;', '    return verdict;', '}',
                     f'static inline bool ngap_encode_{name}(struct writer *w, const {struct} *value, struct fault *fault)',
                     '{', f'    return ngap_encode_type(&{PREFIX}type_{name}, w, value, fault);', '}', '')

    def encoders(self):
        self.put('/* Encodes the message as a whole PDU. False: see the fault (a value out of range, or no room). */')
        for message in self.description.messages:
            name = message.type.c
            self.put(f'static inline bool ngap_encode_{name}(struct writer *w, const struct {PREFIX}{name} *value,',
                     '    struct fault *fault)', '{',
                     f'    return ngap_encode(w, {constant(name)}, value, fault);', '}')

    def text(self):
        for type_ in self.description.ordered():
            self.type(type_)
        self.messages()
        return '\n'.join(['/* Made from the NGAP description by generate.py. */', '#ifndef NGAP_TYPES_H', '#define NGAP_TYPES_H',
                          '', *self.lines, '#endif', ''])

    def functions(self):
        self.lines = []
        self.transfers()
        self.encoders()
        return '\n'.join(['/* Made from the NGAP description by generate.py. */', '#ifndef NGAP_CALLS_H',
                          '#define NGAP_CALLS_H', '', *self.lines, '#endif', ''])


def member(part):
    return part.c + '_' if part.c in KEYWORDS else part.c


def snake_value(value):
    return value.replace('-', '_')


def contained(description):
    found = {}
    for type_ in description.types.values():
        if type_.kind == 'octets' and type_.of:
            found[type_.of.name] = type_.of
    return found.values()


def constrained_width(low, high):
    """Bits of a constrained whole number as X.691 11.5 lays it out; 8 and 16 above 7 bits mean aligned octets."""
    return (high - low).bit_length()


class Source:
    def __init__(self, description, version):
        self.description, self.version = description, version
        self.lines = []

    def put(self, *lines):
        self.lines.extend(lines)

    def parts(self, type_):
        struct = f'struct {PREFIX}{type_.c}'
        self.put(f'static const struct aper_part parts_{type_.c}[] = {{')
        for part in type_.parts:
            how = 'MANDATORY' if type_.kind == 'choice' else presence(part)
            null = part.type.kind == 'null'
            where = f'offsetof({struct}, {member(part)})' if not null else '0'
            flag = f'offsetof({struct}, has_{part.c})' if how == 'FLAGGED' else '0'
            self.put(f'    {{"{part.name}", &ngap_type_{part.type.c}, {where}, {flag}, {part.id or 0}, APER_{how}, '
                     f'APER_{part.criticality.upper()}, {int(part.extension)}, {int(part.conditional)}}},')
        self.put('};')

    def type(self, type_):
        kind = shape(type_)
        fields = {'kind': f'APER_{kind}', 'name': f'"{type_.name}"'}
        if type_.extensible:
            fields['extensible'] = 'true'
        if width_in_c(type_):
            fields['store'] = fields['size'] = width_in_c(type_)
        elif kind != 'NULL':
            fields['size'] = f'sizeof({declare(type_, "").replace(" [", "[").strip()})'
        if kind == 'ENUM':
            self.put(f'static const char *const names_{type_.c}[] = {{{", ".join(chr(34) + v + chr(34) for v in type_.values)}}};')
            fields.update(high=type_.high, count=type_.known, names=f'names_{type_.c}',
                          width=constrained_width(0, type_.high))
        elif type_.composite:
            self.composite(type_, kind, fields)
        elif kind != 'NULL':
            high = type_.high
            if kind == 'OCTETS' and type_.kind == 'bits':
                fields['count'] = 8
            fields.update(low=type_.low, high='UINT64_MAX' if high is None else f'{high}u')
            if high is not None:
                fields['width'] = constrained_width(type_.low, high)
            if kind == 'INTEGER':
                fields['top'] = f'{type_.top if type_.extensible else high}u'
                self.ranges(type_, fields)
            if type_.of:
                fields['of'] = f'&ngap_type_{type_.of.c}'
        body = ', '.join(f'.{name} = {value}' for name, value in fields.items())
        self.put(f'const struct aper_type ngap_type_{type_.c} = {{{body}}};')

    def ranges(self, type_, fields):
        if len(type_.ranges) > 1:
            pairs = ', '.join(f'{{{span[0]}, {span[-1]}}}' for span in type_.ranges)
            self.put(f'static const struct aper_range ranges_{type_.c}[] = {{{pairs}}};')
            fields.update(ranges=f'ranges_{type_.c}', count=len(type_.ranges))

    def composite(self, type_, kind, fields):
        roots = type_.roots()
        type_.parts.sort(key=lambda part: part.extension)
        if type_.parts:
            self.parts(type_)
            fields['parts'] = f'parts_{type_.c}'
        fields.update(count=len(type_.parts), roots=len(roots))
        if len(type_.parts) > 64:
            raise SystemExit(f'{type_.name}: the engine counts parts in 64 bits')
        if kind == 'SEQUENCE':
            fields['absent'] = sum(part.optional for part in roots)
            assert fields['absent'] <= 30
        if kind == 'CHOICE':
            fields.update(extensible='false', high=len(roots), width=constrained_width(0, len(roots)))

    def messages(self):
        self.put('const struct ngap_message ngap_messages[NGAP_MESSAGES] = {')
        for message in self.description.messages:
            ids = [place(message.type, ident) for ident in (10, 85)]
            self.put(f'    [{constant(message.type.c)}] = {{&ngap_type_{message.type.c}, {message.procedure}, '
                     f'{ROLES.index(message.role)}, {CRITICALITY.index(message.criticality)}, {ids[0]}, {ids[1]}}},')
        self.put('};', '', 'const uint8_t ngap_message_of[3][256] = {')
        for message in self.description.messages:
            self.put(f'    [{ROLES.index(message.role)}][{message.procedure}] = {constant(message.type.c)},')
        self.put('};', '', 'const struct aper_type *const ngap_contained[] = {')
        self.put(*[f'    &ngap_type_{type_.c},' for type_ in contained(self.description)], '    NULL,')
        self.put('};', f'const uint32_t ngap_description_version = 0x{self.version:08x};')

    def text(self):
        types = self.description.ordered()
        self.put('/* Made from the NGAP description by generate.py. */', '#include "wire/ngap/ngap.h"',
                 '#include "wire/ngap/tables.h"', '')
        self.put(*[f'extern const struct aper_type ngap_type_{type_.c};' for type_ in types], '')
        for type_ in types:
            self.type(type_)
        self.messages()
        return '\n'.join(self.lines) + '\n'


def place(type_, ident):
    """Where in a container the IE of that id stands, or -1."""
    return next((i for i, part in enumerate(type_.parts) if part.id == ident), -1)


def main(types_path, calls_path, source_path, *paths):
    description, version = Description(), 0
    for path in sorted(paths):
        description.read(path)
        with open(path, 'rb') as file:
            version = zlib.crc32(file.read(), version)
    description.resolve()
    header = Header(description)
    for path, text in ((types_path, header.text()), (calls_path, header.functions()),
                       (source_path, Source(description, version).text())):
        with open(path, 'w', encoding='ascii') as file:
            file.write(text)


if __name__ == '__main__':
    main(*sys.argv[1:])
