// Command accuracy measures the policy judge against labelled policies. It is built with the tag corpus only:
//
//	go run -tags corpus ./internal/accuracy -corpus FOLDER
//
// It prints recall and precision for each risk, what was missed or wrongly found and why the label says so, and ends
// with status 1 where a goal is not reached.
package main
