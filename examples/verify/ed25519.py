"""Checks Ed25519 signatures (RFC 8032 §5.1.7), which Python's library does not. Slow, and only for checking."""
import functools, hashlib

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    t = D * a[0] * b[0] * a[1] * b[1]
    return (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P) % P


def times(n, point):
    return functools.reduce(lambda sum, bit: add(add(sum, sum), point if bit == "1" else (0, 1)), bin(n)[2:], (0, 1))


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x & 1 != sign else x
    return (x, y) if y < P and (x * x - square) % P == 0 and x < P else None


def signed(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    base = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    return len(signature) == 64 and bool(a and r) and s < L and times(s, base) == add(r, times(h, a))
