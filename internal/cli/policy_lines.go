package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"riposte/pkg/iampolicy"
)

// maxPolicyLine bounds a line: an evaluation may name a dozen documents.
const maxPolicyLine = 4 << 20

// documentLine is one line of the input of "riposte policy --jsonl".
type documentLine struct {
	ID           json.RawMessage `json:"id"`
	Type         string          `json:"type"`
	Document     json.RawMessage `json:"document"`
	Account      accountText     `json:"account"`
	Service      string          `json:"service"`
	Organization string          `json:"organization"`
	Trusted      []string        `json:"trusted"`
}

// accountText is an account id, which some tools write as a number.
type accountText string

// UnmarshalJSON reads a text or a number.
func (t *accountText) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] >= '0' && text[0] <= '9' {
		*t = accountText(fmt.Sprintf("%012s", text))
		return nil
	}
	return json.Unmarshal(text, (*string)(t))
}

// verdictLine is one line of the output.
type verdictLine struct {
	ID     json.RawMessage  `json:"id"`
	Judged bool             `json:"judged"`
	Reason string           `json:"reason,omitempty"`
	Risks  []iampolicy.Risk `json:"risks"`
}

// judgeLines answers each line of the input with one line.
func judgeLines(ctx context.Context, p *Process, files []string, f *judgeFlags) error {
	out := bufio.NewWriter(p.Stdout)
	enc := encoder(out)
	unjudged := false
	err := eachLine(ctx, p, files, func(line []byte, problem error) error {
		answer := verdictLine{ID: idOf(line), Risks: []iampolicy.Risk{}}
		v, err := iampolicy.Verdict{}, problem
		if err == nil {
			v, err = judgeLine(line, f)
		}
		if answer.Judged = err == nil && v.Judged; answer.Judged {
			answer.Risks = append(answer.Risks, v.Risks...)
		} else if answer.Reason = v.Reason; err != nil {
			answer.Reason = err.Error()
		}
		unjudged = unjudged || !answer.Judged
		return enc.Encode(answer)
	})
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if unjudged && f.strict {
		return errFailed
	}
	return nil
}

// judgeLine judges the document of one line. What the line says of it goes before what the flags say of all.
func judgeLine(line []byte, f *judgeFlags) (iampolicy.Verdict, error) {
	in := documentLine{Type: f.kind, Service: f.service}
	if err := json.Unmarshal(line, &in); err != nil {
		return iampolicy.Verdict{}, fmt.Errorf("the line cannot be read: %w", err)
	}
	if len(in.Document) == 0 || string(in.Document) == "null" {
		return iampolicy.Verdict{}, errNoDocument
	}
	c := f.context
	if in.Account != "" {
		c.Account = string(in.Account)
	}
	if in.Organization != "" {
		c.Organization = in.Organization
	}
	c.TrustedAccounts = append(slices.Clip(c.TrustedAccounts), in.Trusted...)
	for _, account := range append([]string{c.Account}, c.TrustedAccounts...) {
		if account != "" && !iampolicy.IsAccount(account) {
			return iampolicy.Verdict{}, fmt.Errorf("%q is no account id: twelve digits are expected", account)
		}
	}
	kind, ok := policyType(in.Type)
	if !ok {
		return iampolicy.Verdict{}, fmt.Errorf("the type %q is not %s", in.Type, policyTypes)
	}
	d, err := iampolicy.Parse(in.Document)
	if err != nil {
		return iampolicy.Verdict{}, err
	}
	if kind == "" {
		kind = likelyType(d)
	}
	return judgeDocument(d, kind, in.Service, c), nil
}

// idOf returns the id of a line as it is written, null where there is none.
func idOf(line []byte) json.RawMessage {
	var in struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(line, &in); err != nil || len(in.ID) == 0 {
		return json.RawMessage("null")
	}
	return in.ID
}

// eachLine calls visit with each line of the files. A line that is empty or too long comes with the problem.
func eachLine(ctx context.Context, p *Process, files []string, visit func(line []byte, problem error) error) error {
	for _, file := range files {
		in := p.Stdin
		if file != "-" {
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			defer f.Close()
			in = f
		}
		if err := linesOf(ctx, in, visit); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func linesOf(ctx context.Context, in io.Reader, visit func([]byte, error) error) error {
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, tooLong, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		last := err != nil
		if last && len(line) == 0 && !tooLong {
			return nil
		}
		var problem error
		switch line = bytes.TrimSpace(line); {
		case tooLong:
			line, problem = nil, fmt.Errorf("the line has more than %d bytes", maxPolicyLine)
		case len(line) == 0:
			problem = errors.New("the line is empty")
		}
		if err := visit(line, problem); err != nil || last {
			return err
		}
	}
}

// readLine reads to the end of a line and keeps no more of it than may be judged.
func readLine(r *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if !tooLong {
			line = append(line, part...)
		}
		if len(line) > maxPolicyLine {
			line, tooLong = nil, true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}
