package main

import (
	"fmt"
	"io/fs"
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/sigma"
)

// ours runs rules as Riposte does.
type ours struct {
	set   *sigma.Set
	index *detect.Index
	// narrow leaves out the rules that look at every event, about which the set itself is asked.
	narrow *detect.Index
	uuids  map[string]string
}

func newOurs(rules fs.FS) (*ours, error) {
	set, err := sigma.Load(rules, actions.All())
	if err != nil {
		return nil, err
	}
	o := &ours{set: set, index: detect.NewIndex(set.Rules), uuids: map[string]string{}}
	for _, r := range set.Rules {
		o.uuids[r.ID], _, _ = strings.Cut(r.Refs[0].Name, " ")
	}
	o.narrow = detect.NewIndex(set.Narrow())
	return o, nil
}

// wants reports whether a record has to be decoded.
func (o *ours) wants(record []byte) bool {
	return o.narrow.Wants(cloudtrail.Scan(record)) || o.set.Wants(record)
}

// find returns what the rules find in a record, from its bytes.
func (o *ours) find(record []byte) ([]detect.Finding, error) {
	if !o.wants(record) {
		return nil, nil
	}
	ev, err := cloudtrail.DecodeAny(record)
	if err != nil {
		return nil, err
	}
	return o.index.Match(ev), nil
}

// matches returns the ids of the rules that match a record.
func (o *ours) matches(record []byte) ([]string, error) {
	found, err := o.find(record)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, f := range found {
		if f.Unjudged != "" {
			return nil, fmt.Errorf("%s: %s", f.Rule, f.Unjudged)
		}
		ids = append(ids, o.uuids[f.Rule])
	}
	return ids, nil
}
