package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// String returns the index after the string whose opening quote is b[i], and whether it holds an escape. Bytes that are
// no UTF-8 pass, as they do in encoding/json.
func String(b []byte, i int) (end int, escaped bool) {
	for i++; ; {
		for i+8 <= len(b) {
			stops := stopBytes(binary.LittleEndian.Uint64(b[i:]))
			if stops != 0 {
				i += bits.TrailingZeros64(stops) >> 3
				break
			}
			i += 8
		}
		for i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' {
			i++
		}
		if i >= len(b) {
			return Short, escaped
		}
		switch b[i] {
		case '"':
			return i + 1, escaped
		case '\\':
			escaped = true
			if i = escape(b, i); i < 0 {
				return i, escaped
			}
		default:
			return Malformed, escaped
		}
	}
}

// stopBytes sets the high bit of each byte of w at which a string's plain run ends: a quote, a backslash or a control
// character. A carry can set bits above a true one, so that only the lowest counts.
func stopBytes(w uint64) uint64 {
	quote := w ^ ones*'"'
	slash := w ^ ones*'\\'
	return ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*' ')&^w) & highs
}

// escape returns the index after the escape that starts at b[i].
func escape(b []byte, i int) int {
	if i+1 >= len(b) {
		return Short
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		for j := i + 2; j < i+6; j++ {
			if j >= len(b) {
				return Short
			}
			if !isHex(b[j]) {
				return Malformed
			}
		}
		return i + 6
	}
	return Malformed
}

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
}
