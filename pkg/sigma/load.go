// Package sigma reads detection rules in the Sigma format (https://sigmahq.io) for AWS CloudTrail and compiles them into
// rules of Riposte: their fields are found in one pass over a record's bytes, and their selections give the pattern by
// which events are routed to them.
package sigma

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// Bounds of a folder of rules.
const (
	MaxFiles    = 2000    // rule files
	MaxFileSize = 1 << 18 // bytes
	maxEntries  = 20_000  // files of any kind, and folders
)

// LoadDir loads the rules of a folder. Links that lead out of it are not followed.
func LoadDir(dir string, known []actions.Action) (*Set, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("sigma rules: %w", err)
	}
	set, err := Load(root.FS(), known)
	return set, errors.Join(err, root.Close())
}

// Load reads the rules in all files that end in .yml or .yaml, in subfolders too. known lists the actions that rules may
// name. The error, a Problems where files are at fault, says all that is wrong; a folder with a mistake gives no rules.
func Load(fsys fs.FS, known []actions.Action) (*Set, error) {
	files, problems, err := ruleFiles(fsys)
	if err != nil {
		return nil, fmt.Errorf("sigma rules: %w", err)
	}
	paths := newPaths()
	var rules []*rule
	for _, file := range files {
		r := &reader{file: file}
		data, err := read(fsys, file)
		if err != nil {
			r.fail(0, "%v", err)
		} else if top := r.document(data); top != nil {
			rules = append(rules, r.rule(top, paths, known))
		}
		problems = append(problems, r.problems...)
	}
	problems = append(problems, twins(rules)...)
	if err := problems.orNil(); err != nil {
		return nil, err
	}
	return newSet(rules, paths), nil
}

// Files lists the rule files of a folder, below it and with slashes, in a fixed order.
func Files(dir string) ([]string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("sigma rules: %w", err)
	}
	files, _, err := ruleFiles(root.FS())
	return files, errors.Join(err, root.Close())
}

// ruleFiles lists the rule files in a fixed order.
func ruleFiles(fsys fs.FS) (files []string, problems Problems, err error) {
	seen := 0
	err = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if seen++; seen > maxEntries {
			return fmt.Errorf("more than %d files and folders: name the folder that holds the rules only", maxEntries)
		}
		if entry.IsDir() {
			if name != "." && strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		if ext := strings.ToLower(path.Ext(name)); ext != ".yml" && ext != ".yaml" {
			if entry.Type()&fs.ModeSymlink != 0 {
				problems = append(problems, &Problem{File: name, Text: "a link: links are not followed; copy what it leads to, or remove it"})
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			problems = append(problems, &Problem{File: name, Text: "no plain file: links and devices are not followed; copy the rule here"})
			return nil
		}
		if files = append(files, name); len(files) > MaxFiles {
			return fmt.Errorf("more than %d rule files: leave out those that you do not need", MaxFiles)
		}
		return nil
	})
	slices.Sort(files)
	return files, problems, err
}

func read(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if len(data) > MaxFileSize {
		return nil, fmt.Errorf("larger than %d bytes: no rule is", MaxFileSize)
	}
	return data, nil
}

// twins reports rules that share what has to be their own.
func twins(rules []*rule) Problems {
	var problems Problems
	byUUID, byID, byClass := map[string]*rule{}, map[string]*rule{}, map[string]*rule{}
	for _, r := range rules {
		if r.uuid == "" || r.title == "" {
			continue
		}
		fail := func(key string, other *rule, text string) {
			problems = append(problems, &Problem{r.file, r.lines[key], fmt.Sprintf(text, other.file)})
		}
		id, class := idOf(r.uuid), classOf(r.title, r.file)
		switch {
		case byUUID[r.uuid] != nil:
			fail("id", byUUID[r.uuid], "the id is that of %s too: give each rule its own, or remove one")
		case byID[id] != nil:
			fail("id", byID[id], "the id gives the same "+id+" as that of %s: make another with uuidgen")
		case byClass[class] != nil:
			fail("title", byClass[class], "the title is that of %s too, and so is the class "+class+" that is made of it: change one")
		}
		byUUID[r.uuid], byID[id], byClass[class] = r, r, r
	}
	return problems
}

func newSet(rules []*rule, paths *paths) *Set {
	s := &Set{fields: cloudtrail.NewFields(paths.list)}
	broad := map[int]bool{}
	for _, r := range rules {
		compiled := s.compile(r)
		s.Rules = append(s.Rules, compiled)
		if selectsEverything(compiled) {
			s.broad = append(s.broad, r.condition)
			if needle := needleOf(r.condition); needle != nil {
				s.needles = append(s.needles, needle)
			}
			pathsOf(r.condition, broad)
		}
	}
	if len(s.needles) < len(s.broad) {
		s.needles = nil
	}
	numbers := make([]int, 0, len(broad))
	for n := range broad {
		numbers = append(numbers, n)
	}
	s.broadFields = s.fields.Only(numbers)
	slices.SortFunc(s.Rules, func(a, b *detect.Rule) int { return strings.Compare(a.ID, b.ID) })
	return s
}

func (s *Set) compile(r *rule) *detect.Rule {
	return &detect.Rule{
		ID:       idOf(r.uuid),
		Title:    r.title,
		Class:    classOf(r.title, r.file),
		Severity: r.severity,
		Doc:      docOf(r),
		Refs:     refsOf(r),
		Pattern:  r.pattern,
		Attempts: true,
		Actions:  r.response.actions,
		Match:    func(ev *cloudtrail.Event) ([]detect.Finding, error) { return s.match(r, ev) },
	}
}

// pathsOf collects the paths that a condition looks at.
func pathsOf(n node, into map[int]bool) {
	switch n := n.(type) {
	case allOf:
		for _, part := range n {
			pathsOf(part, into)
		}
	case anyOf:
		for _, part := range n {
			pathsOf(part, into)
		}
	case some:
		for _, part := range n.nodes {
			pathsOf(part, into)
		}
	case not:
		pathsOf(n.node, into)
	case isNotSet:
		into[n.path] = true
	case exists:
		into[n.path] = true
	case *test:
		into[n.path] = true
		for _, m := range n.matchers {
			if ref, ok := m.(reference); ok {
				into[ref.path] = true
			}
		}
	}
}
