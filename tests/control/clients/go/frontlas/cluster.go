package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"frontier.test/control/calls"
	v1 "frontier.test/control/frontlas/v1"
)

// What is printed, one line of JSON each.
type line struct {
	// Addresses for services by the ids of gateways, after each refresh.
	Frontiers map[string]string `json:"frontiers,omitempty"`
	// What a refresh ended with.
	Refresh string `json:"refresh,omitempty"`
	// An edge that was looked up, and its gateway or an error.
	Edge     string `json:"edge,omitempty"`
	Frontier string `json:"frontier,omitempty"`
	Addr     string `json:"addr,omitempty"`
	Code     int    `json:"code,omitempty"`
	Message  string `json:"message,omitempty"`
}

// Does what the cluster client does before and beside its connections to
// gateways: a lazy plain client to one address, all gateways by an empty
// request without a deadline, an error of the first one being fatal, the same
// again after each pause, and an edge's gateway when it is needed.
func follow(target, pause string) {
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	calls.Check(err)
	client := v1.NewClusterServiceClient(conn)
	calls.Check(refresh(client))
	ms, err := strconv.Atoi(pause)
	calls.Check(err)
	go func() {
		for range time.Tick(time.Duration(ms) * time.Millisecond) {
			if err := refresh(client); err != nil {
				print1(line{Refresh: err.Error()})
			}
		}
	}()
	ids := bufio.NewScanner(os.Stdin)
	for ids.Scan() {
		id, err := strconv.ParseUint(ids.Text(), 10, 64)
		calls.Check(err)
		print1(lookUp(client, id))
	}
}

func refresh(client v1.ClusterServiceClient) error {
	answer, err := client.ListFrontiers(context.Background(), &v1.ListFrontiersRequest{})
	if err != nil {
		return err
	}
	frontiers := map[string]string{}
	for _, frontier := range answer.Frontiers {
		frontiers[frontier.FrontierId] = frontier.AdvertisedSbAddr
	}
	print1(line{Frontiers: frontiers, Refresh: "ok"})
	return nil
}

func lookUp(client v1.ClusterServiceClient, id uint64) line {
	looked := line{Edge: strconv.FormatUint(id, 10)}
	answer, err := client.GetFrontierByEdge(context.Background(), &v1.GetFrontierByEdgeIDRequest{EdgeId: id})
	if err != nil {
		s := status.Convert(err)
		looked.Code, looked.Message = int(s.Code()), s.Message()
		return looked
	}
	looked.Frontier = answer.Fontier.FrontierId
	looked.Addr = answer.Fontier.AdvertisedSbAddr
	return looked
}

var printing sync.Mutex

func print1(l line) {
	text, err := json.Marshal(l)
	calls.Check(err)
	printing.Lock()
	defer printing.Unlock()
	fmt.Println(string(text))
}
