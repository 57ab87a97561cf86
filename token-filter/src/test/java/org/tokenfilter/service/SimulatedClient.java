package org.tokenfilter.service;

/** Clients that send one kind of requests to nodes. */
interface SimulatedClient {

  /** Sends a random request. */
  void sendRequest(SimulatedNode node);
}
