"""Keccak-256 as Ethereum, Tron and Monero use it: the padding of 2011, which is not that of SHA3-256.

`hashlib` has only SHA3. Some 0.3 ms each in plain Python: meant for single addresses, not for chains.

Source: Bertoni, Daemen, Peeters, Van Assche, "The Keccak Reference", version 3.0, 2011, sections 1.2 and 2.
"""

_RATE_BYTES = 136
_LANE = (1 << 64) - 1


def keccak256(message: bytes) -> bytes:
    """The 32 bytes of the digest."""
    padded = bytearray(message) + b"\x01" + bytes(-(len(message) + 1) % _RATE_BYTES)
    padded[-1] |= 0x80
    state = [0] * 25
    for start in range(0, len(padded), _RATE_BYTES):
        for lane in range(_RATE_BYTES // 8):
            state[lane] ^= int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
        state = _permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _rotated(lane: int, bits: int) -> int:
    return ((lane << bits) | (lane >> (64 - bits))) & _LANE


def _round_constants() -> tuple[int, ...]:
    """The 24 constants, from the linear feedback register that defines them."""
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


def _moves() -> tuple[tuple[int, int, int], ...]:
    """Whence, whither and how far each lane but the first goes in the steps rho and pi."""
    moves, x, y = [], 1, 0
    for step in range(24):
        target_x, target_y = y, (2 * x + 3 * y) % 5
        moves.append((x + 5 * y, target_x + 5 * target_y, (step + 1) * (step + 2) // 2 % 64))
        x, y = target_x, target_y
    return tuple(moves)


_CONSTANTS = _round_constants()
_MOVES = _moves()


def _permuted(state: list[int]) -> list[int]:
    """Keccak-f[1600]: 24 rounds of theta, rho, pi, chi and iota."""
    for constant in _CONSTANTS:
        column = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
        mixed = [column[x - 1] ^ _rotated(column[(x + 1) % 5], 1) for x in range(5)]
        moved = [state[0] ^ mixed[0]] + [0] * 24
        for source, place, bits in _MOVES:
            moved[place] = _rotated(state[source] ^ mixed[source % 5], bits)
        state = [
            moved[at] ^ (~moved[at - at % 5 + (at + 1) % 5] & moved[at - at % 5 + (at + 2) % 5]) for at in range(25)
        ]
        state[0] ^= constant
    return state
