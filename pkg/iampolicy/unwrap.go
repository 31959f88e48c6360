package iampolicy

import (
	"bytes"
	"encoding/json"
	"net/url"
	"unicode/utf8"
)

// maxDocument bounds what is read: CloudTrail carries at most 100 KB of a request.
const maxDocument = 128 << 10

// maxLayers bounds how often a document may be a JSON string within a JSON string: a log of a log has two.
const maxLayers = 3

// unwrap takes a document out of a JSON string and out of URL encoding. It also returns the text with "+" read as a
// space, where that is another text.
func unwrap(document []byte) (text, plus string, err error) {
	raw := bytes.TrimSpace(bytes.TrimPrefix(document, []byte("\ufeff")))
	if len(raw) > maxDocument {
		return "", "", notJudged("the document has %d bytes, more than the %d that are judged", len(raw), maxDocument)
	}
	for layers := 0; len(raw) > 0 && raw[0] == '"'; layers++ {
		var inner string
		if layers == maxLayers || json.Unmarshal(raw, &inner) != nil {
			return "", "", notJudged("the document is not valid JSON: it is a text with a wrong escape or without an end")
		}
		raw = bytes.TrimSpace(bytes.TrimPrefix([]byte(inner), []byte("\ufeff")))
	}
	text = string(raw)
	if len(raw) > 0 && raw[0] == '%' {
		if text, err = url.PathUnescape(string(raw)); err != nil {
			return "", "", notJudged("the document is not valid URL encoding")
		}
		if bytes.IndexByte(raw, '+') >= 0 {
			plus, err = url.QueryUnescape(string(raw))
		}
	}
	switch {
	case err != nil || !utf8.ValidString(text):
		return "", "", notJudged("the document is not valid UTF-8")
	case text == "":
		return "", "", notJudged("the document is empty")
	}
	return text, plus, nil
}
