package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"reflect"

	"riposte/pkg/app/awsbus"
	"riposte/pkg/notify"
)

const draft = "https://json-schema.org/draft/2020-12/schema"

// busEvents are the detail types of the events on Riposte's bus, with what each says.
func busEvents() [][2]string {
	return [][2]string{
		{notify.IncidentOpened, "A risky change was found; the mode says what follows."},
		{notify.IncidentRemediated, "The change was reversed and the reversal verified. In mode contain a person decides whether it stays."},
		{notify.RemediationFailed, "The change was not reversed, or not wholly: a person has to act."},
		{notify.IncidentResolved, "Nothing was left to reverse."},
		{notify.IncidentUndone, "The reversal was undone: the change is in effect again."},
		{notify.UndoFailed, "An undo was refused or could not be made."},
		{notify.IncidentKept, "A person, or silence, decided that the reversal stays."},
		{notify.IncidentDismissed, "A person decided that nothing is to be done."},
		{notify.IncidentRaised, "The chain that the incident leads has become graver."},
		{notify.ApprovalGiven, "The first of two people has approved."},
		{notify.ExceptionMade, "A person has excepted the same by the same principal for a while."},
	}
}

// busSchemas returns the JSON Schemas of the events on Riposte's bus, by their path in docs/. root holds the sources, whose
// comments say what the members are.
func busSchemas(root fs.FS, strict bool) (map[string]string, error) {
	s := schemer{comments: newComments(root), defs: map[string]any{}, strict: strict}
	detail, err := s.reference(reflect.TypeFor[awsbus.Detail]())
	if err != nil {
		return nil, err
	}
	detail["$schema"], detail["$defs"] = draft, s.defs
	detail["title"] = "Detail of an event on Riposte's bus, version " + awsbus.Version
	detail["description"] = "Members may be added within a version: ignore what you do not know. Texts come from recorded calls, which an " +
		"attacker can shape: escape them. Where a detail is too large for the bus, ocsf is left out, and then texts and lists are cut."
	var types []any
	for _, e := range busEvents() {
		types = append(types, map[string]any{"const": e[0], "description": e[1]})
	}
	text := map[string]any{"type": "string"}
	event := map[string]any{
		"$schema": draft, "title": "Event on Riposte's bus, as EventBridge delivers it", "type": "object",
		"properties": map[string]any{
			"version": text, "id": text, "account": text, "region": text,
			"source":      map[string]any{"const": notify.Source},
			"detail-type": map[string]any{"oneOf": types},
			"time":        map[string]any{"type": "string", "format": "date-time"},
			"resources":   map[string]any{"type": "array", "items": text},
			"detail":      map[string]any{"$ref": "detail.schema.json"},
		},
		"required": []string{"source", "detail-type", "detail"},
	}
	ocsf := map[string]any{
		"$schema": draft, "title": "The member ocsf of a detail: what Riposte writes of OCSF's Detection Finding",
		"$ref": "detail.schema.json#/$defs/ocsf.Finding",
	}
	out := map[string]string{}
	for name, schema := range map[string]any{"detail": detail, "event": event, "ocsf": ocsf} {
		raw, err := indentedJSON(schema)
		if err != nil {
			return nil, err
		}
		out["schemas/"+name+".schema.json"] = raw
	}
	return out, nil
}

func indentedJSON(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.String(), err
}
