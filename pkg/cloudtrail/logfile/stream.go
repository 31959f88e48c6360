package logfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// stream reads one file's content, compressed or not. With sniff it passes over in silence what does not begin like
// JSON.
func (r *reading) stream(file string, src io.Reader, sniff bool) error {
	in := bufio.NewReaderSize(src, chunk)
	if magic, err := in.Peek(2); err == nil && bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		plain, err := gzip.NewReader(in)
		if err != nil {
			r.report(file, 0, compressed(err))
			return nil
		}
		in = bufio.NewReaderSize(plain, chunk)
	}
	if bom, err := in.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		if _, err := in.Discard(len(bom)); err != nil {
			return err
		}
	}
	w := newWindow(r.ctx, in)
	if c, ok := w.peek(); ok && sniff && c != '{' && c != '[' {
		return nil
	}
	return (&sequence{reading: r, window: w, file: file}).read()
}

// compressed says in words what the gzip package says in names.
func compressed(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the compressed data are cut off: %w", err)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return fmt.Errorf("the compressed data are damaged: %w", err)
	}
	return err
}

// ended says where a stream ended too early, and why where its text alone does not tell.
func ended(where string, err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New(where)
	}
	return fmt.Errorf("%s: %w", where, compressed(err))
}
