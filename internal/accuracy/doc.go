// Command accuracy measures the policy judge against labelled policies. The policies are not part of the project:
//
//	go run ./internal/accuracy -corpus FOLDER
//
// It prints recall and precision for each risk, what was missed or wrongly found and why the label says so, and ends
// with status 1 where a goal is not reached.
package main
