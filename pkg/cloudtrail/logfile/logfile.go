// Package logfile reads CloudTrail records out of files, folders and streams, one by one and in bounded memory.
//
// It takes CloudTrail's own log files ({"Records":[…]}), single records and EventBridge events, JSON lines, JSON arrays
// and any sequence of these, each also gzipped. What it cannot read it reports and passes over.
package logfile

import (
	"context"
	"encoding/json"
	"errors"
	"io"
)

// MaxRecord is the size in bytes of the largest record that is read. CloudTrail's own limit is 1 MB.
const MaxRecord = 4 << 20

// An Entry is one record or EventBridge event as it stands in a file. It is valid until visit returns.
type Entry struct {
	Raw  json.RawMessage // a JSON object
	File string
	Line int // the line of the decompressed file on which the entry starts, from 1
}

// A Problem is something that could not be read.
type Problem struct {
	File string
	Line int // 0 when the problem is the file's as a whole
	Err  error
}

// Options are what Read needs beside the path.
type Options struct {
	Stdin   io.Reader     // what the path "-" stands for
	Problem func(Problem) // told of everything that is passed over; may be nil
}

// Read visits every record of a file, of a folder's files in order of their names, or of standard input where the path
// is "-". It returns an error only when ctx ends or visit returns one; all else goes to Options.Problem.
func Read(ctx context.Context, path string, o Options, visit func(Entry) error) error {
	r := &reading{ctx: ctx, problem: o.Problem, visit: visit}
	if r.problem == nil {
		r.problem = func(Problem) {}
	}
	if path == "-" {
		if o.Stdin == nil {
			r.report(path, 0, errors.New("no standard input"))
			return nil
		}
		return r.stream(path, o.Stdin, false)
	}
	return r.path(path)
}

// A reading is one call of Read.
type reading struct {
	ctx     context.Context
	problem func(Problem)
	visit   func(Entry) error
}

func (r *reading) report(file string, line int, err error) {
	r.problem(Problem{File: file, Line: line, Err: err})
}
