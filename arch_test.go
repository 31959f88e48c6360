package riposte_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A goPackage is what "go list" says of a package.
type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

const (
	sdkPath     = "github.com/aws/aws-sdk-go-v2"
	servicePath = "github.com/aws/aws-sdk-go-v2/service/"
)

func listPackages(t *testing.T) map[string]goPackage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := map[string]goPackage{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[strings.TrimPrefix(p.ImportPath, "riposte/")] = p
	}
}

func within(path string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return path == f || strings.HasPrefix(path, f+"/") })
}

// TestImportDirections holds the direction of imports that DESIGN and CONTRIBUTING state, over everything that a package
// links and not only what it names.
func TestImportDirections(t *testing.T) {
	forbidden := []struct {
		why     string
		from    []string // packages of this module
		except  []string
		imports func(path string) bool // path is short for packages of this module
	}{
		{
			why:     "pure packages link no SDK",
			from:    []string{"pkg/cloudtrail", "pkg/iampolicy", "pkg/detect", "pkg/rules", "pkg/actions", "pkg/catalog", "pkg/routing", "pkg/remedy", "pkg/decide", "pkg/config", "pkg/sigma", "pkg/observe", "pkg/heartbeat"},
			imports: func(p string) bool { return within(p, sdkPath) },
		},
		{
			why:  "the record and the policy judge stand on nothing",
			from: []string{"pkg/cloudtrail", "pkg/iampolicy"},
			imports: func(p string) bool {
				return within(p, "pkg") && !within(p, "pkg/cloudtrail", "pkg/iampolicy")
			},
		},
		{
			why:     "what is counted stands on nothing",
			from:    []string{"pkg/observe"},
			imports: func(p string) bool { return within(p, "pkg") && !within(p, "pkg/observe") },
		},
		{
			why:  "a beat is told from the record alone",
			from: []string{"pkg/heartbeat"},
			imports: func(p string) bool {
				return within(p, "pkg") && !within(p, "pkg/cloudtrail", "pkg/heartbeat")
			},
		},
		{
			why:  "detect does not know its rules",
			from: []string{"pkg/detect"},
			imports: func(p string) bool {
				return within(p, "pkg") && !within(p, "pkg/cloudtrail", "pkg/iampolicy", "pkg/detect")
			},
		},
		{
			why:  "rules know the record, the judge and detect",
			from: []string{"pkg/rules"},
			imports: func(p string) bool {
				return within(p, "pkg") && !within(p, "pkg/cloudtrail", "pkg/iampolicy", "pkg/detect", "pkg/rules")
			},
		},
		{
			why:     "actions are data",
			from:    []string{"pkg/actions"},
			imports: func(p string) bool { return within(p, "pkg") && !within(p, "pkg/actions") },
		},
		{
			why:  "the engine knows interfaces only",
			from: []string{"pkg/engine"},
			imports: func(p string) bool {
				return within(p, sdkPath, "pkg/remedies", "pkg/app", "pkg/rules", "pkg/ledger/dynamo", "pkg/ledger/bolt")
			},
		},
		{
			why:  "only the infrastructure imports the CDK",
			from: []string{"functions", "pkg", "cmd", "internal"},
			imports: func(p string) bool {
				return within(p, "github.com/aws/aws-cdk-go", "github.com/aws/jsii-runtime-go", "infra")
			},
		},
		{
			why:  "the infrastructure reads data only",
			from: []string{"infra"},
			imports: func(p string) bool {
				return within(p, "pkg/remedies", "pkg/engine", "pkg/app", "pkg/ledger") && p != "pkg/ledger/schema"
			},
		},
		{
			why:     "nothing but functions, commands and tools of the house wires",
			from:    []string{"pkg"},
			except:  []string{"pkg/app"},
			imports: func(p string) bool { return within(p, "pkg/app") },
		},
		{
			why:     "shipped code links no test kit and no simulated account",
			from:    []string{"functions", "pkg", "infra"},
			imports: func(p string) bool { return within(p, "internal/testkit", "internal/simaws") },
		},
	}
	for path, p := range listPackages(t) {
		for _, f := range forbidden {
			if !within(path, f.from...) || within(path, f.except...) {
				continue
			}
			for _, dep := range p.Deps {
				if f.imports(strings.TrimPrefix(dep, "riposte/")) {
					t.Errorf("%s links %s: %s", path, dep, f.why)
				}
			}
		}
	}
}

// TestLinkedServices holds which AWS services each function links: each costs about a millisecond of every cold start,
// and the detector must not even be able to change an account.
func TestLinkedServices(t *testing.T) {
	want := map[string][]string{
		"functions/detect": {"dynamodb", "eventbridge", "sqs"},
		"functions/remediate": {
			"accessanalyzer", "cloudtrail", "cloudwatch", "configservice", "dynamodb", "ec2", "ecr", "eventbridge", "guardduty", "iam", "kms",
			"lambda", "organizations", "rds", "s3", "s3control", "secretsmanager", "securityhub", "sns", "sqs", "ssm", "ssoadmin", "sts",
		},
		"functions/notify":    {"dynamodb", "secretsmanager", "securityhub", "sns"},
		"functions/approve":   {"dynamodb", "secretsmanager", "sqs"},
		"functions/heartbeat": {"dynamodb"},
	}
	packages := listPackages(t)
	for function, services := range want {
		var got []string
		for _, dep := range packages[function].Deps {
			if name, ok := strings.CutPrefix(dep, servicePath); ok && !strings.Contains(name, "/") {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, services) {
			t.Errorf("%s links %v, want %v", function, got, services)
		}
	}
}

// TestRulesArePure holds that no rule can reach the environment, files or the network. The linter holds that none asks
// what time it is; some name the length of a window.
func TestRulesArePure(t *testing.T) {
	for path, p := range listPackages(t) {
		if !within(path, "pkg/rules", "pkg/iampolicy", "pkg/detect") {
			continue
		}
		for _, dep := range p.Imports {
			if dep == "os" || dep == "net" || dep == "net/http" || dep == "math/rand" || dep == "math/rand/v2" ||
				dep == "time" && within(path, "pkg/iampolicy") {
				t.Errorf("%s imports %s", path, dep)
			}
		}
	}
}

// TestNoInit holds that no package does anything when it is linked.
func TestNoInit(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "cdk.out" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
