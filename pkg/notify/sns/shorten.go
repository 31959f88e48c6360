package sns

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// A shortening says how much of an incident goes into the JSON. Zero fields keep everything.
type shortening struct {
	state int // bytes of a state of the journal, or of a parameter of the finding
	text  int // bytes of any other text
	items int // items of any list
	says  string
}

// shortenings are tried in turn. The last one always fits.
func shortenings() []shortening {
	return []shortening{
		{},
		{state: 4096, says: "states and parameters of more than 4 KB are left out"},
		{state: 256, text: 4096, items: 50, says: "most states and parameters are left out, texts and lists are cut"},
		{state: 64, text: 256, items: 10, says: "states and parameters are left out, texts and lists are cut short"},
		{state: 32, text: 64, items: 5, says: "states and parameters are left out, texts and lists are cut very short"},
	}
}

// A body is the JSON for machines.
type body struct {
	DetailType string `json:"detail_type"`
	Due        int64  `json:"due"`
	Shortened  string `json:"shortened,omitempty"` // what was left out to fit into a message; the ledger has all
	Incident   any    `json:"incident"`
}

// of returns the JSON of a message, shortened.
func (s shortening) of(m notify.Message) ([]byte, error) {
	if s.says == "" {
		return encode(body{DetailType: m.DetailType, Due: m.Due, Incident: m.Incident})
	}
	in := m.Incident
	in.Changes = append([]ledger.Change(nil), in.Changes...)
	for n := range in.Changes {
		c := &in.Changes[n]
		c.Before, c.After, c.ReadBack = s.cutState(c.Before), s.cutState(c.After), s.cutState(c.ReadBack)
		c.Target.Params = s.cutParams(c.Target.Params)
	}
	in.Finding.Params = s.cutParams(in.Finding.Params)
	raw, err := encode(in)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("shorten: %w", err)
	}
	return encode(body{
		DetailType: s.cutText(m.DetailType), Due: m.Due, Shortened: s.says + "; the ledger has all", Incident: s.cut(v),
	})
}

func (s shortening) cutState(raw json.RawMessage) json.RawMessage {
	if len(raw) <= s.state {
		return raw
	}
	return fmt.Appendf(nil, `{"left_out_bytes":%d}`, len(raw))
}

func (s shortening) cutParams(params map[string]string) map[string]string {
	if params == nil {
		return nil
	}
	out := map[string]string{}
	total := 0
	for name, value := range params {
		total += len(name)
		if len(value) > s.state {
			value = fmt.Sprintf("(%d bytes left out)", len(value))
		}
		out[name] = value
	}
	if len(params) > 20 || total > 1024 {
		return map[string]string{"left_out": fmt.Sprintf("%d parameters", len(params))}
	}
	return out
}

// cut cuts texts and lists anywhere within a value.
func (s shortening) cut(v any) any {
	switch v := v.(type) {
	case string:
		return s.cutText(v)
	case []any:
		if s.items > 0 && len(v) > s.items {
			v = v[:s.items]
		}
		for n := range v {
			v[n] = s.cut(v[n])
		}
		return v
	case map[string]any:
		for name := range v {
			v[name] = s.cut(v[name])
		}
		return v
	}
	return v
}

func (s shortening) cutText(text string) string {
	if s.text == 0 || len(text) <= s.text {
		return text
	}
	end := s.text
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
