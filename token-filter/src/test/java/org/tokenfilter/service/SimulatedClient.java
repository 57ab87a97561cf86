package org.tokenfilter.service;

/** Those who ask nodes for something of one kind. */
interface SimulatedClient {

  /** Asks for something that is drawn. */
  void ask(SimulatedNode node);
}
