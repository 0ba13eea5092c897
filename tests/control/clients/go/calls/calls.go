// Package calls makes calls of gRPC that are read from standard input, and
// prints what came of them, one line of JSON each.
//
// A call is a line of JSON:
// {"service": ..., "method": ..., "request": {...}, "take": 0}
package calls

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// Call is what is asked for.
type Call struct {
	Service string          `json:"service"`
	Method  string          `json:"method"`
	Request json.RawMessage `json:"request"`
	Take    int             `json:"take"`
}

// Result is what came of a call.
type Result struct {
	Answer  json.RawMessage   `json:"answer,omitempty"`
	Answers []json.RawMessage `json:"answers,omitempty"`
	Code    int               `json:"code,omitempty"`
	Message string            `json:"message,omitempty"`
}

// Written makes a call as a program would write it; nil without an error is
// for a call that it has not written out.
type Written func(ctx context.Context, conn *grpc.ClientConn, c Call) (*Result, error)

// Serve makes the calls of standard input, one after the other.
func Serve(target, token string, written Written) {
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	Check(err)
	defer conn.Close()
	ctx := context.Background()
	if token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c Call
		Check(json.Unmarshal(lines.Bytes(), &c))
		made, err := make1(ctx, conn, c, written)
		if err != nil {
			s := status.Convert(err)
			made = &Result{Code: int(s.Code()), Message: s.Message()}
		}
		text, err := json.Marshal(made)
		Check(err)
		fmt.Println(string(text))
	}
}

func make1(ctx context.Context, conn *grpc.ClientConn, c Call, written Written) (*Result, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if made, err := written(ctx, conn, c); made != nil || err != nil {
		return made, err
	}
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(c.Service))
	Check(err)
	method := found.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(c.Method))
	request, answer := message(method.Input()), message(method.Output())
	c.Read(request)
	return One(answer, conn.Invoke(ctx, "/"+c.Service+"/"+c.Method, request, answer))
}

func message(descriptor protoreflect.MessageDescriptor) proto.Message {
	found, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	Check(err)
	return found.New().Interface()
}

// Read reads the request.
func (c Call) Read(request proto.Message) {
	Check(protojson.Unmarshal(c.Request, request))
}

// One is the result of a method with one answer.
func One(answer proto.Message, err error) (*Result, error) {
	if err != nil {
		return nil, err
	}
	return &Result{Answer: text(answer)}, nil
}

// Some takes as many answers as are wanted.
func Some[T any, M interface {
	*T
	proto.Message
}](c Call, stream grpc.ServerStreamingClient[T], err error) (*Result, error) {
	if err != nil {
		return nil, err
	}
	answers := []json.RawMessage{}
	for len(answers) < c.Take {
		event, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		answers = append(answers, text(M(event)))
	}
	return &Result{Answers: answers}, nil
}

func text(message proto.Message) json.RawMessage {
	options := protojson.MarshalOptions{EmitUnpopulated: true, UseProtoNames: true}
	made, err := options.Marshal(message)
	Check(err)
	return made
}

// Check ends the program with an error.
func Check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
