package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"riposte/pkg/iampolicy"
)

// The types of policy documents that can be judged.
const (
	typeIdentity = "identity"
	typeTrust    = "trust"
	typeResource = "resource"
	typeBoundary = "boundary"
	typeSCP      = "scp"
)

const policyTypes = "identity, trust, resource, boundary or scp"

// maxPolicyFile is more than any document that is judged, however it is wrapped.
const maxPolicyFile = 1 << 20

// judgeFlags say what is known about a document beside its text.
type judgeFlags struct {
	kind, service string
	context       iampolicy.Context
	jsonl, strict bool
}

func (f *judgeFlags) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.kind, "type", "", "the `TYPE` of the documents: "+policyTypes+" (default: what their statements look like)")
	cmd.Flags().StringVar(&f.service, "service", "", "the `SERVICE` of a resource policy, such as s3 or kms (default: what its actions say)")
	cmd.Flags().StringVar(&f.context.Account, "account", "", "the `ACCOUNT` that owns the documents: twelve digits")
	cmd.Flags().StringVar(&f.context.Organization, "organization", "", "its organisation's `ID`, such as o-a1b2c3d4e5")
	cmd.Flags().StringSliceVar(&f.context.TrustedAccounts, "trusted", nil, "`ACCOUNTS` that may be trusted, separated by commas")
	cmd.Flags().BoolVar(&f.jsonl, "jsonl", false, `read {"id","type","document","account"} lines and write {"id","judged","risks"} lines`)
	cmd.Flags().BoolVar(&f.strict, "strict", false, "with --jsonl, exit with status 1 when any line is not judged")
}

func (f *judgeFlags) check() error {
	kind, ok := policyType(f.kind)
	if !ok {
		return usage("--type: %q is not %s", f.kind, policyTypes)
	}
	f.kind = kind
	for _, account := range append([]string{f.context.Account}, f.context.TrustedAccounts...) {
		if account != "" && !iampolicy.IsAccount(account) {
			return usage("%q is no account id: twelve digits are expected", account)
		}
	}
	return nil
}

// policyType returns a type of documents by one of its names: people and tools also say "trust-policy",
// "permissions-boundary", or that a document is a single statement of a type. It returns "" for a type that is to be told
// from the document, and false for a name that is not known.
func policyType(name string) (kind string, ok bool) {
	name = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "_", "-")
	name = strings.TrimSuffix(strings.TrimSuffix(name, "-statement"), "-policy")
	switch name {
	case "", "any":
		return "", true
	case typeIdentity, typeTrust, typeResource, typeBoundary, typeSCP:
		return name, true
	case "session":
		return typeIdentity, true
	case "assume-role":
		return typeTrust, true
	case "permissions-boundary", "permission-boundary":
		return typeBoundary, true
	case "service-control":
		return typeSCP, true
	}
	return "", false
}

func newPolicy(p *Process) *cobra.Command {
	var f judgeFlags
	cmd := &cobra.Command{
		Use:   "policy [FILE…]",
		Short: "Judge policy documents",
		Long: `Judges IAM policy documents from their text alone, without a call to AWS: what each grants too broadly, where, why that
matters and how to narrow it. FILE is a document as AWS writes it (JSON, a JSON string, or URL-encoded); without a FILE, or
with -, it comes from standard input. A document that cannot be read with certainty is not judged, and never called safe.

With --jsonl each line of the input is {"id","type","document","account"}, with the document as an object or a string, and
optionally "service", "organization" and "trusted"; each gets one line {"id","judged","risks":[{"code","severity","statement",
"detail"}]}, with a "reason" where it was not judged. Statements are counted from one.`,
		Example: `  riposte policy policy.json
  riposte policy --type trust --account 111122223333 trust.json
  aws iam get-role --role-name app --query Role.AssumeRolePolicyDocument | riposte policy --type trust -
  riposte policy --jsonl < documents.jsonl | jq 'select(.judged == false or .risks != [])'`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if len(files) == 0 {
				if terminal(p.Stdin) {
					return usage("name a FILE, or - for standard input")
				}
				files = []string{"-"}
			}
			if f.jsonl {
				return judgeLines(cmd.Context(), p, files, &f)
			}
			return judgeFiles(p, files, &f)
		},
	}
	f.flags(cmd)
	cmd.AddCommand(newPolicyEvaluate(p))
	return cmd
}

// judgeFiles reports on documents to a person. Whoever names a document that cannot be judged learns it by the status too.
func judgeFiles(p *Process, files []string, f *judgeFlags) error {
	failed := false
	for _, file := range files {
		text, err := readPolicyFile(p, file)
		if err != nil {
			fmt.Fprintf(p.Stderr, "riposte: %v\n", err)
			failed = true
			continue
		}
		name := file
		if file == "-" {
			name = "standard input"
		}
		r := report{w: p.Stdout, name: printable(name), colour: p.colour(p.Stdout)}
		d, err := iampolicy.Parse(text)
		if err != nil {
			fmt.Fprintf(p.Stderr, "riposte: %s is not judged: %s\n", r.name, printable(err.Error()))
			failed = true
			continue
		}
		kind := f.kind
		if kind == "" {
			kind = likelyType(d)
		}
		v := judgeDocument(d, kind, f.service, f.context)
		if !v.Judged {
			fmt.Fprintf(p.Stderr, "riposte: %s is not judged: %s\n", r.name, printable(v.Reason))
			failed = true
			continue
		}
		if err := r.write(string(text), d, kind, v); err != nil {
			return err
		}
	}
	if failed {
		return errFailed
	}
	return nil
}

func readPolicyFile(p *Process, file string) ([]byte, error) {
	in := p.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxPolicyFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", file, err)
	case len(text) > maxPolicyFile:
		return nil, fmt.Errorf("%s has more than the %d bytes that are judged", file, maxPolicyFile)
	}
	return text, nil
}

// judgeDocument judges a document as what it is.
func judgeDocument(d *iampolicy.Document, kind, service string, c iampolicy.Context) iampolicy.Verdict {
	switch kind {
	case typeIdentity:
		return iampolicy.JudgeIdentity(d)
	case typeTrust:
		return iampolicy.JudgeTrustDocument(d, c)
	case typeResource:
		return iampolicy.JudgeResourceDocument(d, service, c)
	case typeBoundary:
		return iampolicy.JudgeBoundaryDocument(d, c)
	case typeSCP:
		return iampolicy.JudgeSCPDocument(d, c)
	}
	return iampolicy.Verdict{Reason: fmt.Sprintf("the type %q is not %s", kind, policyTypes)}
}

// likelyType says what a document looks like: who names principals is a trust policy where all its actions are about
// assuming a role, and another resource policy otherwise.
func likelyType(d *iampolicy.Document) string {
	principals, trust := false, len(d.Statements) > 0
	for i := range d.Statements {
		s := &d.Statements[i]
		principals = principals || s.Has(iampolicy.ElementPrincipal|iampolicy.ElementNotPrincipal)
		trust = trust && !s.Has(iampolicy.ElementNotAction|iampolicy.ElementResource|iampolicy.ElementNotResource)
		for _, a := range s.Actions {
			trust = trust && strings.HasPrefix(strings.ToLower(a.Text), "sts:")
		}
	}
	switch {
	case principals && trust:
		return typeTrust
	case principals:
		return typeResource
	}
	return typeIdentity
}

var errNoDocument = errors.New("the line has no document")
