package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// comments are what the sources say of types, and of their fields as "Type.Field", by package.
type comments struct {
	root fs.FS
	read map[string]map[string]string
}

func newComments(root fs.FS) comments { return comments{root, map[string]map[string]string{}} }

// of returns the comment of a type, or of one of its fields, as one line.
func (c comments) of(pkg, typeName, field string) string {
	texts, ok := c.read[pkg]
	if !ok {
		texts = c.parse(strings.TrimPrefix(pkg, module))
		c.read[pkg] = texts
	}
	if field != "" {
		typeName += "." + field
	}
	return texts[typeName]
}

// parse reads the comments of a package. What cannot be read has none: the compiler complains of it.
func (c comments) parse(dir string) map[string]string {
	texts := map[string]string{}
	entries, _ := fs.ReadDir(c.root, dir)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		source, err := fs.ReadFile(c.root, path.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				typeComments(d, texts)
			}
		}
	}
	return texts
}

func typeComments(d *ast.GenDecl, texts map[string]string) {
	for _, spec := range d.Specs {
		t, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		texts[t.Name.Name] = oneLine(t.Doc, d.Doc)
		object, ok := t.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range object.Fields.List {
			for _, name := range f.Names {
				texts[t.Name.Name+"."+name.Name] = oneLine(f.Doc, f.Comment)
			}
		}
	}
}

// oneLine returns the first comment that says something.
func oneLine(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if text := strings.Join(strings.Fields(g.Text()), " "); text != "" {
			return text
		}
	}
	return ""
}
