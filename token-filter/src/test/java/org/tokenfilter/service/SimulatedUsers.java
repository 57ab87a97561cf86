package org.tokenfilter.service;

/** All clients, each with a useful share of the requests. */
final class SimulatedUsers implements SimulatedClient {

  private static final int BROWSERS = 440;
  private static final int GATEWAY = 800;
  private static final int API_CLIENTS = 930;
  private static final int ALL = 1_000;

  private final Simulation simulation;
  private final SimulatedBrowsers browsers;
  private final SimulatedGateway gateway;
  private final SimulatedApiClients apiClients;
  private final SimulatedAdministrator administrator;

  SimulatedUsers(Simulation simulation) {
    this.simulation = simulation;
    this.browsers = new SimulatedBrowsers(simulation);
    this.gateway = new SimulatedGateway(simulation);
    this.apiClients = new SimulatedApiClients(simulation);
    this.administrator = new SimulatedAdministrator(simulation);
  }

  @Override
  public void sendRequest(SimulatedNode node) {
    int what = simulation.nextInt(ALL);
    if (what < BROWSERS) {
      browsers.sendRequest(node);
    } else if (what < GATEWAY) {
      gateway.sendRequest(node);
    } else if (what < API_CLIENTS) {
      apiClients.sendRequest(node);
    } else {
      administrator.sendRequest(node);
    }
  }
}
