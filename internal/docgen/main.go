// Docgen writes the pages of docs/ that follow from the catalogue: one for each rule and each action, their tables, and
// the permissions.
package main

import (
	"flag"
	"fmt"
	"os"

	"riposte/events"
	"riposte/pkg/actions"
	"riposte/pkg/catalog"
)

func main() {
	out := flag.String("out", "docs", "the folder to write to")
	roles := flag.String("roles", "infra/testdata/roles.golden.json", "what Riposte's roles are made of, from the infrastructure's tests")
	flag.Parse()
	if err := run(*out, *roles); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run(out, rolesFile string) error {
	roles, err := readRoles(rolesFile)
	if err != nil {
		return err
	}
	pages, err := render(catalog.Rules(), actions.All(), events.Files(), roles)
	if err != nil {
		return err
	}
	return write(out, pages)
}
