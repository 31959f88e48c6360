package logging

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RestoreTrail puts settings of a trail back that an event weakened. The aspect is those settings alone.
func RestoreTrail(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*cloudtrail.Client, settings]{
		Action: actions.RestoreTrail(),
		Lens: remedy.Lens[*cloudtrail.Client, settings]{
			Client: client(accounts, cloudtrail.NewFromConfig),
			Read:   readSettings,
			Write:  writeSettings,
			Equal:  func(a, b settings) bool { return maps.Equal(a, b) },
		},
		Find:    findSettings,
		Want:    wantSettings,
		Aspect:  "trail",
		Restore: restoreSettings,
		Recall:  recallSettings,
		Summary: func(t remedy.Target, before, after settings) string {
			return fmt.Sprintf("trail %s: %s", t.ID, before.changes(after))
		},
		Nothing: func(t remedy.Target, live settings) string {
			return fmt.Sprintf("trail %s has none of the settings that the event made worse: %s", t.ID, live)
		},
	})
}

func findSettings(f detect.Finding) (remedy.Target, error) {
	t, err := findTrail(f)
	if err != nil {
		return t, err
	}
	if f.Event.Name != "UpdateTrail" {
		return t, remedy.Refuse("%s on %s changes no settings of a trail", f.Event.Name, f.Resource)
	}
	t.Params = map[string]string{detect.ParamSettings: f.Params[detect.ParamSettings]}
	made, err := weakened(t)
	if err == nil && len(made) == 0 {
		err = remedy.Refuse("the finding does not say which settings of trail %s were weakened", t.ID)
	}
	return t, err
}

// weakened returns the settings that the event made worse, with its values.
func weakened(t remedy.Target) (settings, error) {
	var made settings
	if err := json.Unmarshal([]byte(t.Params[detect.ParamSettings]), &made); err != nil {
		return nil, &remedy.Refusal{Reason: fmt.Sprintf("the finding does not say which settings of trail %s were weakened", t.ID), Err: err}
	}
	for name := range made {
		switch name {
		case multiRegion, globalServices, validation, bucket, keyPrefix, topic, key:
		default:
			return nil, remedy.Refuse("%q is no setting of trail %s that can be put back", name, t.ID)
		}
	}
	return made, nil
}

// readSettings returns the settings that the target names, and all where it names none.
func readSettings(ctx context.Context, api *cloudtrail.Client, t remedy.Target) (settings, error) {
	var live settings
	err := atHome(ctx, api, t, func(id string, region func(*cloudtrail.Options)) error {
		trail, err := getTrail(ctx, api, id, region)
		if err == nil {
			live = settingsOf(trail)
		}
		return err
	})
	if err != nil || t.Params[detect.ParamSettings] == "" {
		return live, err
	}
	made, err := weakened(t)
	maps.DeleteFunc(live, func(name, _ string) bool { _, ok := made[name]; return !ok })
	return live, err
}

// writeSettings sets what differs and nothing else: what the request leaves out stays as it is.
func writeSettings(ctx context.Context, api *cloudtrail.Client, t remedy.Target, from, to settings) error {
	differ := maps.Clone(to)
	maps.DeleteFunc(differ, func(name, value string) bool { return from[name] == value })
	return atHome(ctx, api, t, func(id string, region func(*cloudtrail.Options)) error {
		_, err := api.UpdateTrail(ctx, &cloudtrail.UpdateTrailInput{
			Name:                       aws.String(id),
			IsMultiRegionTrail:         differ.flag(multiRegion),
			IncludeGlobalServiceEvents: differ.flag(globalServices),
			EnableLogFileValidation:    differ.flag(validation),
			S3BucketName:               differ.text(bucket),
			S3KeyPrefix:                differ.text(keyPrefix),
			SnsTopicName:               differ.text(topic),
			KmsKeyId:                   differ.text(key),
		}, region)
		return err
	})
}

// wantSettings switches on what the event switched off. Where files went before, nobody says.
func wantSettings(_ context.Context, _ *cloudtrail.Client, _ detect.Finding, t remedy.Target, before settings) (settings, error) {
	made, err := weakened(t)
	if err != nil {
		return nil, err
	}
	after, unknown := maps.Clone(before), []string{}
	for name, value := range made {
		switch name {
		case multiRegion, globalServices, validation:
			if value == "false" && before[name] == value {
				after[name] = "true"
			}
		default:
			if name != keyPrefix {
				unknown = append(unknown, name)
			}
		}
	}
	if len(unknown) > 0 && maps.Equal(before, after) {
		slices.Sort(unknown)
		return before, remedy.Refuse("nobody knows what %s of trail %s was before", strings.Join(unknown, ", "), t.ID)
	}
	return after, nil
}

// restoreSettings puts the event's settings back to what they were. A setting that is no longer the event's was changed by
// another call, which may have had its reasons.
func restoreSettings(ctx context.Context, api *cloudtrail.Client, f detect.Finding, t remedy.Target, before, good settings) (settings, error) {
	made, err := weakened(t)
	if err != nil {
		return nil, err
	}
	after, unknown := maps.Clone(before), false
	for name, value := range made {
		was, known := good.former(name)
		unknown = unknown || !known
		if was == "" && !known || was == before[name] {
			continue
		}
		if name == key && strings.Contains(value, "alias/") {
			return before, remedy.Refuse("trail %s: the event names the key by the alias %q, so that nobody can tell whether key %q is still the event's",
				t.ID, value, before[name])
		}
		if sameSetting(name, value, before[name]) {
			after[name] = was
		}
	}
	if unknown && maps.Equal(before, after) {
		return wantSettings(ctx, api, f, t, before)
	}
	return after, nil
}

// former returns what a setting was. Where nobody knows it, what the event switched off was on, as far as anybody can tell,
// and a trail whose bucket is known has no prefix.
func (s settings) former(name string) (was string, known bool) {
	was, known = s[name]
	switch {
	case known:
	case name == keyPrefix:
		return "", s[bucket] != ""
	case name == multiRegion, name == globalServices, name == validation:
		return "true", false
	}
	return was, known
}

// sameSetting reports whether a setting is what an event set. Keys have an id besides their ARN.
func sameSetting(name, set, live string) bool {
	return set == live || name == key && set != "" && strings.HasSuffix(live, ":key/"+set)
}

// changes says how settings differ, for people.
func (s settings) changes(to settings) string {
	var said []string
	for _, name := range slices.Sorted(maps.Keys(to)) {
		if s[name] != to[name] {
			said = append(said, fmt.Sprintf("%s: %s → %s", name, orNone(s[name]), orNone(to[name])))
		}
	}
	return strings.Join(said, ", ")
}

// String returns the settings as people read them.
func (s settings) String() string {
	var said []string
	for _, name := range slices.Sorted(maps.Keys(s)) {
		said = append(said, name+" is "+orNone(s[name]))
	}
	return strings.Join(said, ", ")
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}
