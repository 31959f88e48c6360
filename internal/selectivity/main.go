package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"riposte/internal/corpus"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
)

func main() {
	folder := flag.String("cloudtrail", "../shared/corpus/cloudtrail", "the folder of recorded events")
	names := flag.Int("names", 30, "how many event names to list")
	reads := flag.Bool("reads", false, "deploy the EventBridge rules for read-only events too")
	idle := flag.Bool("idle", false, "list the events too that were routed and gave no finding")
	flag.Parse()
	err := run(os.Stdout, *folder, *names, *reads, *idle)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(os.Stdout, "%s is not here: nothing to measure against\n", *folder)
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "selectivity:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, folder string, names int, reads, idle bool) error {
	m, err := newMeter(catalog.InUse(config.Default()), reads)
	if err != nil {
		return err
	}
	for _, file := range []string{corpus.Attacks, corpus.Context, corpus.Benign} {
		rows, err := corpus.Read(folder, file)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := m.add(file, row); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	if idle {
		m.printIdle(out)
	}
	m.print(out, names)
	return nil
}
