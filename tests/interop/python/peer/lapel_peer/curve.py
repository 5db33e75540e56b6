"""What of Curve25519 must be refused, and strict Ed25519 (section "Keys and seals", Strictness)."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # A square root of -1.
IDENTITY = (0, 1)

_LOW_ORDER = {
    0,
    1,
    P - 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
}


def good_ephemeral(key: bytes) -> bool:
    """Whether an X25519 key is canonical and not of low order."""
    u = int.from_bytes(key, "little")
    return len(key) == 32 and u < P and u not in _LOW_ORDER


def good_point(data: bytes) -> bool:
    """Whether an encoded Ed25519 point is canonical and not of small order."""
    point = _decode(data)
    if point is None:
        return False
    for _ in range(3):
        point = _double(point)
    return point != IDENTITY


def verify(person: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature holds: S < L, A and R good points, and the cofactorless equation.

    The library computes R from S and A and compares it with the signature's bytes, which is the cofactorless
    equation; what it leaves open is checked here.
    """
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= L:
        return False
    if not good_point(person) or not good_point(signature[:32]):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(person).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _decode(data: bytes):
    """RFC 8032 §5.1.3, and nothing that isn't canonical."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if x * x % P != square or (x == 0 and sign):
        return None
    return (x if x & 1 == sign else P - x), y


def _double(point):
    x, y = point
    t = D * x * x * y * y % P
    return 2 * x * y * pow(1 + t, -1, P) % P, (y * y + x * x) * pow(1 - t, -1, P) % P
