package logfile

import (
	"bytes"
	"context"
	"errors"
	"io"

	"riposte/pkg/cloudtrail/internal/jsonscan"
)

// A window is the part of a stream that is in memory: from pos on, what is not yet read.
type window struct {
	ctx  context.Context // lives as long as the call of Read
	src  io.Reader
	buf  []byte
	pos  int
	line int   // of buf[pos]
	err  error // what ended the stream; io.EOF when nothing is wrong
}

const chunk = 64 << 10

func newWindow(ctx context.Context, src io.Reader) *window {
	return &window{ctx: ctx, src: src, line: 1, buf: make([]byte, 0, chunk)}
}

func (w *window) rest() []byte { return w.buf[w.pos:] }

// drop takes n bytes off the front.
func (w *window) drop(n int) {
	w.line += bytes.Count(w.buf[w.pos:w.pos+n], []byte{'\n'})
	w.pos += n
}

// fill reads more behind what is there and reports whether anything came.
func (w *window) fill() bool {
	if w.err != nil {
		return false
	}
	if w.pos > 0 {
		w.buf = w.buf[:copy(w.buf, w.buf[w.pos:])]
		w.pos = 0
	}
	if len(w.buf) == cap(w.buf) {
		w.buf = append(make([]byte, 0, 2*cap(w.buf)), w.buf...)
	}
	for range 100 {
		if w.err = w.ctx.Err(); w.err != nil {
			return false
		}
		n, err := w.src.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		w.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// errTooLarge reports a value that does not fit into MaxRecord.
var errTooLarge = errors.New("larger than 4 MB, which no record is")

// parse runs scan over the front of the window until it has seen enough. It returns what scan returns, or an error when
// the value is too large or the stream ends before it does.
func (w *window) parse(scan func([]byte) int) (int, error) {
	for {
		n := scan(w.rest())
		switch {
		case n != jsonscan.Short:
			return n, nil
		case len(w.rest()) > MaxRecord:
			return n, errTooLarge
		case !w.fill():
			return n, w.err
		}
	}
}

// peek returns the next byte that is no white space, and false at the end of the stream.
func (w *window) peek() (byte, bool) {
	for {
		w.drop(jsonscan.Space(w.rest(), 0))
		if len(w.rest()) > 0 {
			return w.rest()[0], true
		}
		if !w.fill() {
			return 0, false
		}
	}
}

// skipContainer passes over the object or list at the front by its brackets and quotes alone, in constant memory. It
// returns false when the stream ends first. Depth is the number of containers that are open already.
func (w *window) skipContainer(depth int) bool {
	b := balance{depth: depth}
	for {
		n := b.scan(w.rest())
		if n >= 0 {
			w.drop(n)
			return true
		}
		w.drop(len(w.rest()))
		if !w.fill() {
			return false
		}
	}
}

// skipToLine passes over the rest of the line and all lines after it that do not begin with a bracket: the next value
// of JSON lines begins on such a line, and the inside of an indented value does not.
func (w *window) skipToLine() {
	for {
		rest := w.rest()
		at := 0
		for {
			n := bytes.IndexByte(rest[at:], '\n')
			if n < 0 {
				at = len(rest)
				break
			}
			at += n + 1
			if at == len(rest) {
				at-- // what the line begins with is still to come
				break
			}
			if rest[at] == '{' || rest[at] == '[' {
				w.drop(at)
				return
			}
		}
		w.drop(at)
		if !w.fill() {
			w.drop(len(w.rest()))
			return
		}
	}
}
