package observe

import (
	"context"
	"strings"
)

// traced returns the id of the trace that X-Ray records of an invocation, or "" where it records none. The Go runtime of
// Lambda hands the header on under this key.
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
func traced(ctx context.Context) string {
	if ctx == nil {
		return ""
	}
	header, _ := ctx.Value("x-amzn-trace-id").(string)
	if header == "" || !strings.Contains(header, "Sampled=1") {
		return ""
	}
	for part := range strings.SplitSeq(header, ";") {
		if id, ok := strings.CutPrefix(part, "Root="); ok && len(id) <= maxTrace {
			return id
		}
	}
	return ""
}

// maxTrace is longer than the ids of traces are.
const maxTrace = 64
