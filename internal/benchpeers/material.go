package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Material is what both sides are given.
type material struct {
	from      string // for people
	published bool
	rules     fs.FS
	files     map[string][]byte // the rules by their files
	records   [][]byte          // compact JSON
}

// gather reads the published rules and recorded events that lie beside the project, or, where they are absent, the
// project's own samples.
func gather(root string) (*material, error) {
	corpus := filepath.Join(root, "..", "shared", "corpus")
	m := &material{from: "the published rules and recorded events beside the project", rules: os.DirFS(filepath.Join(corpus, "sigma"))}
	var err error
	if _, statErr := os.Stat(filepath.Join(corpus, "sigma")); statErr == nil {
		m.published = true
		m.records, err = recorded(filepath.Join(corpus, "cloudtrail"))
	} else {
		m.from = "../shared/corpus/sigma is not here, so the project's own sample rules and events"
		m.rules = os.DirFS(filepath.Join(root, "pkg", "sigma", "testdata", "rules"))
		m.records, err = samples(os.DirFS(filepath.Join(root, "events")))
	}
	if err != nil {
		return nil, err
	}
	m.files, err = ruleFiles(m.rules)
	return m, err
}

// aim says what ratio is wanted with the material.
func (m *material) aim() string {
	if m.published {
		return fmt.Sprintf("goal %.0f", goal)
	}
	return fmt.Sprintf("the goal of %.0f is for the published rules", goal)
}

func ruleFiles(rules fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(rules, ".", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".yml" {
			files[name], err = fs.ReadFile(rules, name)
		}
		return err
	})
	return files, err
}

func recorded(dir string) ([][]byte, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var out [][]byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for line := range bytes.Lines(data) {
			var row struct{ Record json.RawMessage }
			if err := json.Unmarshal(line, &row); err != nil {
				return nil, err
			}
			record, err := compact(row.Record)
			if err != nil {
				return nil, err
			}
			out = append(out, record)
		}
	}
	return out, nil
}

func samples(events fs.FS) ([][]byte, error) {
	var out [][]byte
	err := fs.WalkDir(events, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".json") {
			return err
		}
		data, err := fs.ReadFile(events, name)
		if err != nil {
			return err
		}
		var envelope struct{ Detail json.RawMessage }
		if err := json.Unmarshal(data, &envelope); err != nil {
			return err
		}
		record, err := compact(envelope.Detail)
		out = append(out, record)
		return err
	})
	return out, err
}

func compact(record []byte) ([]byte, error) {
	var b bytes.Buffer
	err := json.Compact(&b, record)
	return b.Bytes(), err
}
