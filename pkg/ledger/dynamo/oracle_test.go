//go:build oracles

package dynamo

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/internal/testkit/loopback"
)

// TestOracle runs the shared suite on another implementation of DynamoDB than moto. internal/oracles/dynamodb/run.sh
// installs it.
func TestOracle(t *testing.T) {
	endpoint := os.Getenv("DYNAMODB_ENDPOINT")
	if endpoint == "" {
		endpoint = startOracle(t)
	}
	runSuite(t, dynamodb.NewFromConfig(aws.Config{
		Region: "us-east-1", BaseEndpoint: &endpoint, HTTPClient: loopback.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "test", ""),
	}))
}

// startOracle starts a server that ends with the test, and returns its address.
func startOracle(t *testing.T) string {
	t.Helper()
	modules := os.Getenv("DYNAMODB_ORACLE")
	if modules == "" {
		t.Fatal("no server: start this test by internal/oracles/dynamodb/run.sh")
	}
	server := filepath.Join("..", "..", "..", "internal", "oracles", "dynamodb", "server.js")
	cmd := exec.CommandContext(t.Context(), "node", server, modules)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the oracle did not say its address: %v", err)
	}
	return strings.TrimSpace(line)
}
