# SPDX-License-Identifier: Apache-2.0
"""Reads the description language of NGAP into a model; language.md tells how the language is written."""
import re

CRITICALITY = ('reject', 'ignore', 'notify')
ROLES = ('initiating', 'successful', 'unsuccessful')
BLOCKS = ('sequence', 'choice', 'container')


class Mistake(Exception):
    pass


# Spellings in which case does not tell where a word ends.
WORDS = {'QoS': 'Qos', 'QoE': 'Qoe', 'IoT': 'Iot', 'eNB': 'Enb', 'eDRX': 'Edrx', 'CEmode': 'CeMode', 'V2X': 'V2x',
         '5QI': '5qi', 'ProSe': 'Prose', 'CEcapab': 'CeCapab', 'PEIPS': 'Peips', 'RANto': 'RanTo', 'Nnode': 'NNode',
         'UEtoNet': 'UeToNet', 'IWF': 'iwf', 'CNPacket': 'CnPacket', 'CNsub': 'CnSub', 'IPsec': 'Ipsec', 'ULend': 'UlEnd',
         'qoS': 'Qos', 'qoE': 'Qoe', 'ProsePC5': 'Prose_PC5'}


def snake(name):
    """The C name of a name of the specification: pLMNIdentity is plmn_identity, AMF-UE-NGAP-ID amf_ue_ngap_id."""
    name = '_'.join(word[0].upper() + word[1:] if word[1:2].isupper() else word for word in name.split('-'))
    for spelt, word in WORDS.items():
        name = name.replace(spelt, word)
    name = re.sub(r'(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?:[a-rt-z]|s[a-z]))', '_', name)
    return re.sub('_+', '_', name).lower()


class Type:
    """kind, name as the specification has it, and what the kind needs: low, high, top, values, parts, of, ..."""

    def __init__(self, kind, name):
        self.kind, self.name, self.c = kind, name, snake(name)
        self.low = self.high = 0
        self.top = None
        self.extensible = False
        self.values = []
        self.known = 0
        self.parts = []
        self.ranges = []
        self.of = None
        self.text = None

    @property
    def composite(self):
        return self.kind in BLOCKS

    def roots(self):
        return [p for p in self.parts if not p.extension]


class Part:
    """A member of a sequence, an alternative of a choice, or an IE of a container."""

    def __init__(self, name, type_, optional=False, ident=None, criticality='ignore', conditional=False,
                 extension=False):
        self.name, self.type, self.optional, self.id = name, type_, optional, ident
        self.criticality, self.conditional, self.extension = criticality, conditional, extension
        self.alternative = False  # of a choice
        self.c = snake(name)


class Message:
    def __init__(self, type_, procedure, role, criticality):
        self.type, self.procedure, self.role, self.criticality = type_, procedure, role, criticality


def ranged(kind, words, type_):
    """LOW[..HIGH][|MORE...] [... [TOP]]"""
    if words and re.match(r'-?\d', words[0]):
        type_.ranges = [[int(bound) for bound in span.split('..')] for span in words.pop(0).split('|')]
        type_.low, type_.high = type_.ranges[0][0], type_.ranges[-1][-1]
    else:
        type_.high = None
    if words and words[0] == '...':
        words.pop(0)
        type_.extensible = True
        type_.top = int(words.pop(0)) if words else type_.high
    if words:
        raise Mistake(f'{kind}: what is {words}?')


def simple(kind, name, words):
    type_ = Type(kind, name)
    if kind == 'enum':
        type_.extensible = '...' in words
        root = words.index('...') if type_.extensible else len(words)
        type_.values = [w for w in words if w != '...']
        type_.high, type_.known = root - 1, len(type_.values)
    elif kind == 'list':
        type_.of = words[words.index('of') + 1]
        ranged(kind, words[:words.index('of')], type_)
    elif kind == 'octets' and words[:1] == ['containing']:
        type_.high, type_.of = None, words[1]
    elif kind == 'text':
        type_.text = words[0]
        ranged(kind, words[1:], type_)
    elif kind != 'null':
        ranged(kind, words, type_)
    return type_


SIMPLE = ('integer', 'enum', 'bits', 'octets', 'number', 'text', 'list', 'null')


class Description:
    def __init__(self):
        self.types, self.messages = {}, []
        self._block = self._procedure = None

    def read(self, path):
        with open(path, encoding='ascii') as file:
            lines = self._logical(file)
            for number, words, inner in lines:
                try:
                    self._inner(words) if inner else self._outer(words)
                except (Mistake, ValueError, IndexError, KeyError) as mistake:
                    raise SystemExit(f'{path}:{number}: {mistake}')

    @staticmethod
    def _logical(file):
        """Lines with their continuation: an indented line after a simple type goes on with it."""
        pending = None
        for number, line in enumerate(file, 1):
            words = line.split('#')[0].split()
            if not words:
                continue
            inner = line[0] == ' '
            if inner and pending and not pending[2] and pending[1][0] in SIMPLE:
                pending[1].extend(words)
                continue
            if pending:
                yield pending
            pending = (number, words, inner)
        if pending:
            yield pending

    def _add(self, type_):
        if type_.name in self.types:
            raise Mistake(f'{type_.name} is described twice')
        self.types[type_.name] = type_
        return type_

    def _outer(self, words):
        kind, name = words[0], words[1]
        if kind == 'procedure':
            self._procedure = (int(name), words[2])
        elif kind in ROLES:
            self._block = self._add(Type('container', name))
            self._block.extensible = True
            self.messages.append(Message(self._block, self._procedure[0], kind, self._procedure[1]))
        elif kind in BLOCKS:
            self._block = self._add(Type(kind, name))
            self._block.extensible = words[2:] != ['closed']
        elif kind in SIMPLE:
            self._add(simple(kind, name, words[2:]))
            self._block = None
        else:
            raise Mistake(f'what is {kind}?')

    def _inner(self, words):
        block = self._block
        if block.kind == 'container':
            ident, criticality, presence, name, *type_ = words
            part = Part(name, (type_ or [name])[0], presence != 'mandatory', int(ident), criticality,
                        presence == 'conditional')
        elif words[0] == 'extension':
            _, ident, criticality, name, *type_ = words
            part = Part(name, (type_ or [name])[0], True, int(ident), criticality, extension=True)
        else:
            optional = words[0] == 'optional'
            name, kind, *rest = words[optional:]
            if kind in SIMPLE:
                kind = self._add(simple(kind, f'{block.name}-{name}', rest)).name
            elif rest:
                raise Mistake(f'what is {rest}?')
            part = Part(name, kind, optional)
        if part.criticality not in CRITICALITY:
            raise Mistake(f'criticality {part.criticality}?')
        part.alternative = block.kind == 'choice'
        block.parts.append(part)

    def resolve(self):
        """Names of types become types."""
        for type_ in self.types.values():
            if type_.of:
                type_.of = self.types[type_.of]
            for part in type_.parts:
                if part.type not in self.types:
                    raise SystemExit(f'{type_.name}: no type {part.type}')
                part.type = self.types[part.type]
            names = [part.c for part in type_.parts]
            if len(set(names)) != len(names):
                raise SystemExit(f'{type_.name}: two members of one name in {names}')

    def ordered(self):
        """Types such that what one holds inside comes before it."""
        done, out = set(), []

        def visit(type_):
            if type_.name in done:
                return
            done.add(type_.name)
            if type_.kind == 'list':
                visit(type_.of)
            for part in type_.parts:
                visit(part.type)
            out.append(type_)

        for type_ in self.types.values():
            visit(type_)
        return out
