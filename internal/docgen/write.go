package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// write puts the pages below a folder and removes the pages of rules and actions that are no more.
func write(out string, pages map[string]string) error {
	for _, folder := range []string{"rules", "actions"} {
		dir := filepath.Join(out, folder)
		if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // whoever may read the repository may read its pages
			return err
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if _, wanted := pages[folder+"/"+e.Name()]; wanted || !strings.HasSuffix(e.Name(), ".md") {
				continue
			}
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("remove a page that is out of date: %w", err)
			}
		}
	}
	if err := os.MkdirAll(filepath.Join(out, "schemas"), 0o755); err != nil { //nolint:gosec // as above
		return err
	}
	for path, text := range pages {
		if err := os.WriteFile(filepath.Join(out, filepath.FromSlash(path)), []byte(text), 0o644); err != nil { //nolint:gosec // as above
			return err
		}
	}
	return nil
}
