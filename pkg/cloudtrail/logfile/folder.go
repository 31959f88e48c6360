package logfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// path reads a file, or a folder with all that lies below it.
func (r *reading) path(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		r.report(path, 0, bare(err))
		return nil
	case !info.IsDir():
		if notEvents(path) {
			r.report(path, 0, errors.New("a CloudTrail digest or Insights file holds no API calls"))
			return nil
		}
		return r.file(path, false)
	}
	return filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case err != nil:
			r.report(name, 0, bare(err))
			return nil
		case name == path:
			return nil
		case strings.HasPrefix(entry.Name(), "."):
			return skip(entry)
		case notEvents(entry.Name()):
			return skip(entry)
		case entry.IsDir():
			return nil
		}
		return r.found(name)
	})
}

func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// found reads a file that lies in a folder, where its name does not say that it is something else.
func (r *reading) found(name string) error {
	sniff := true
	switch ext := filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")); ext {
	case ".json", ".jsonl", ".ndjson":
		sniff = false
	case "":
	default:
		if !strings.HasSuffix(strings.ToLower(name), ".gz") {
			return nil
		}
	}
	info, err := os.Stat(name) // follows a link, which the walk does not
	switch {
	case err != nil:
		r.report(name, 0, bare(err))
		return nil
	case info.IsDir():
		r.report(name, 0, errors.New("a link to a folder is not followed: name the folder itself"))
		return nil
	case !info.Mode().IsRegular():
		return nil
	}
	return r.file(name, sniff)
}

// file reads one file. With sniff it passes over in silence what does not begin like JSON.
func (r *reading) file(name string, sniff bool) error {
	f, err := os.Open(name)
	if err != nil {
		r.report(name, 0, bare(err))
		return nil
	}
	defer f.Close()
	return r.stream(name, f, sniff)
}

// notEvents reports whether a name is that of CloudTrail's files beside its logs, or of the folder that holds them.
func notEvents(path string) bool {
	name := filepath.Base(path)
	return strings.Contains(name, "CloudTrail-Digest") || strings.Contains(name, "CloudTrail-Insight")
}

// bare takes the path out of an error that is reported beside it.
func bare(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", p.Op, p.Err)
	}
	return err
}
