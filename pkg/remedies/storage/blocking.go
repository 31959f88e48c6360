package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// A block is a configuration of Block Public Access.
type block struct {
	blockACLs, ignoreACLs, blockPolicy, restrict bool
}

// setting returns one setting by the API's name for it, nil where there is none.
func (b *block) setting(name string) *bool {
	switch name {
	case "BlockPublicAcls":
		return &b.blockACLs
	case "IgnorePublicAcls":
		return &b.ignoreACLs
	case "BlockPublicPolicy":
		return &b.blockPolicy
	case "RestrictPublicBuckets":
		return &b.restrict
	}
	return nil
}

func settings() []string {
	return []string{"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"}
}

// A blocker reads and writes the configuration of a bucket or of an account.
type blocker interface {
	get(ctx context.Context, t remedy.Target) (*block, error) // nil where there is none
	put(ctx context.Context, t remedy.Target, b block) error
	remove(ctx context.Context, t remedy.Target) error
}

// blocking is what a lens sees: each setting as "true" or "false", by its name. The aspect is those of the event, which it
// lists under "aspect"; the others are there to explain the calls, which name all four. Whether there is a configuration at
// all, under "configured", matters to undo alone, because one with everything off does the same as none.
type blocking map[string]string

const (
	aspect     = "aspect"
	configured = "configured"
)

// names returns the settings of the event.
func (b blocking) names() []string { return strings.Split(b[aspect], ",") }

func (b blocking) same(other blocking) bool {
	return !slices.ContainsFunc(b.names(), func(name string) bool { return b[name] != other[name] })
}

// restoreBlock binds the one lens that buckets and accounts share.
func restoreBlock(a actions.Action, client func(context.Context, remedy.Target) (blocker, error),
	find func(detect.Finding) (remedy.Target, error), noun func(remedy.Target) string,
) remedy.Remedy {
	return remedy.Bind(remedy.Spec[blocker, blocking]{
		Action: a,
		Lens: remedy.Lens[blocker, blocking]{
			Client: client,
			Read:   readBlocking,
			Write:  writeBlocking,
			Equal:  blocking.same,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := find(f)
			if err == nil && len(named(t)) == 0 {
				err = remedy.Refuse("the finding about %s does not say which settings were switched off", t)
			}
			return t, err
		},
		Want: func(_ context.Context, _ blocker, _ detect.Finding, _ remedy.Target, before blocking) (blocking, error) {
			return before.on(func(string) bool { return true }), nil
		},
		Aspect: "public-access-block",
		Restore: func(_ context.Context, _ blocker, _ detect.Finding, _ remedy.Target, before, good blocking) (blocking, error) {
			return before.on(func(name string) bool {
				was, known := good[name]
				return was == "true" || good[configured] == "true" && !known // what was not looked at is not known to have been off
			}), nil
		},
		Summary: func(t remedy.Target, before, after blocking) string {
			var on []string
			for _, name := range after.names() {
				if after[name] != before[name] {
					on = append(on, name)
				}
			}
			return fmt.Sprintf("S3 Block Public Access of %s: %s switched on", noun(t), strings.Join(on, ", "))
		},
		Nothing: func(t remedy.Target, _ blocking) string {
			return fmt.Sprintf("the settings of S3 Block Public Access of %s are on, or were off before", noun(t))
		},
	})
}

// on returns the state with the settings on that it is asked for.
func (b blocking) on(wanted func(name string) bool) blocking {
	out := maps.Clone(b)
	for _, name := range b.names() {
		if wanted(name) {
			out[name], out[configured] = "true", "true"
		}
	}
	return out
}

// named returns the settings that a target is about, in order; nothing where it names one that does not exist.
func named(t remedy.Target) []string {
	var off map[string]string
	if json.Unmarshal([]byte(t.Params[detect.ParamSettings]), &off) != nil {
		return nil
	}
	names := slices.Sorted(maps.Keys(off))
	for _, name := range names {
		if !slices.Contains(settings(), name) {
			return nil
		}
	}
	return names
}

func readBlocking(ctx context.Context, api blocker, t remedy.Target) (blocking, error) {
	live, err := api.get(ctx, t)
	if err != nil {
		return nil, err
	}
	names := named(t)
	if t.Params[detect.ParamSettings] == "" {
		names = settings() // a baseline is taken of all of them
	}
	b := blocking{aspect: strings.Join(names, ","), configured: strconv.FormatBool(live != nil)}
	for _, name := range settings() {
		b[name] = strconv.FormatBool(live != nil && *live.setting(name))
	}
	return b, nil
}

// writeBlocking merges the settings of the event into what is there: the call replaces all four.
func writeBlocking(ctx context.Context, api blocker, t remedy.Target, _, to blocking) error {
	live, err := api.get(ctx, t)
	if err != nil {
		return err
	}
	next := block{}
	if live != nil {
		next = *live
	}
	for _, name := range to.names() {
		if s := next.setting(name); s != nil {
			*s = to[name] == "true"
		}
	}
	if to[configured] == "false" && next == (block{}) {
		return api.remove(ctx, t)
	}
	return api.put(ctx, t, next)
}
