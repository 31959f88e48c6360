package config

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// MaxSize is how large a configuration may be.
const MaxSize = 1 << 20

// Load reads a configuration from a file.
func Load(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return Parse(path, data)
}

// Parse reads a configuration from bytes. name is the file's, for positions. Errors are an Errors. A file without
// content gives the defaults.
func Parse(name string, data []byte) (*Config, error) {
	r := &reader{file: name}
	cfg := Default()
	cfg.File = name
	if top := r.document(data); top != nil {
		r.config(top, cfg)
	}
	if err := r.errs.OrNil(); err != nil {
		return nil, err
	}
	return cfg, nil
}
