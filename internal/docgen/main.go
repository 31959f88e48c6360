// Docgen writes the pages of docs/ that follow from the catalogue: one for each rule and each action, their tables, and
// the permissions. It also writes the JSON Schemas of the events on Riposte's bus.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"

	"riposte/events"
	"riposte/pkg/actions"
	"riposte/pkg/catalog"
)

func main() {
	out := flag.String("out", "docs", "the folder to write to")
	roles := flag.String("roles", "infra/testdata/roles.golden.json", "what Riposte's roles are made of, from the infrastructure's tests")
	sources := flag.String("sources", ".", "the folder of the module")
	flag.Parse()
	if err := run(*out, *roles, *sources); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run(out, rolesFile, sources string) error {
	roles, err := readRoles(rolesFile)
	if err != nil {
		return err
	}
	pages, err := render(catalog.Rules(), actions.All(), events.Files(), roles)
	if err != nil {
		return err
	}
	schemas, err := busSchemas(os.DirFS(sources), false)
	if err != nil {
		return err
	}
	maps.Copy(pages, schemas)
	return write(out, pages)
}
