package main

import (
	"context"
	"fmt"
	"slices"
	"testing/fstest"
	"time"
)

// A bench holds both sides, loaded with the same rules.
type bench struct {
	ours    *ours
	peers   map[layout]*peer
	records [][]byte
	bytes   int
	used    []string
	left    []string // files that only one side can evaluate
}

// newBench loads both sides with the rules that sigma-go can evaluate in the given layouts.
func newBench(m *material, layouts ...layout) (*bench, error) {
	b := &bench{records: m.records, peers: map[layout]*peer{}}
	rules := fstest.MapFS{}
	files := map[string][]byte{}
	for name, data := range m.files {
		alone, err := newPeer(map[string][]byte{name: data}, flat)
		if err != nil {
			b.left = append(b.left, err.Error())
			continue
		}
		if slices.Contains(layouts, documented) {
			if path, through := alone.throughList(m.records); through {
				b.left = append(b.left, name+": sigma-go's JSONPaths do not lead through the list in "+path)
				continue
			}
		}
		b.used = append(b.used, name)
		files[name] = data
		rules[name] = &fstest.MapFile{Data: data}
	}
	slices.Sort(b.left)
	for _, r := range m.records {
		b.bytes += len(r)
	}
	var err error
	for _, l := range layouts {
		if b.peers[l], err = newPeer(files, l); err != nil {
			return nil, err
		}
	}
	b.ours, err = newOurs(rules)
	return b, err
}

// compare holds that both sides find the same in every record, and returns how much.
func (b *bench) compare(ctx context.Context, l layout) (hits int, err error) {
	for _, record := range b.records {
		mine, err := b.ours.matches(record)
		if err != nil {
			return hits, err
		}
		theirs, err := b.peers[l].matches(ctx, record)
		if err != nil {
			return hits, err
		}
		slices.Sort(mine)
		slices.Sort(theirs)
		if !slices.Equal(mine, theirs) {
			return hits, fmt.Errorf("riposte alone finds %v, sigma-go alone %v in %s", without(mine, theirs), without(theirs, mine), record)
		}
		hits += len(mine)
	}
	return hits, nil
}

func (b *bench) timeOurs(passes int) time.Duration {
	start := time.Now()
	for range passes {
		for _, record := range b.records {
			if _, err := b.ours.find(record); err != nil {
				panic(err) // compare has seen every record
			}
		}
	}
	return time.Since(start)
}

func (b *bench) timeTheirs(ctx context.Context, l layout) (time.Duration, error) {
	start := time.Now()
	for _, record := range b.records {
		if _, err := b.peers[l].matches(ctx, record); err != nil {
			return 0, err
		}
	}
	return time.Since(start), nil
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(id string) bool { return slices.Contains(b, id) })
}
