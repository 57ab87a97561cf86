package org.tokenfilter.benchmark.peer;

import java.util.Collections;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;

/** No protection: the baseline of all comparisons. */
public final class UnprotectedPeer implements Peer {

  @Override
  public String name() {
    return "no protection";
  }

  @Override
  public void protect(ServletContextHandler application) {}

  @Override
  public List<String> logIn(int clients) {
    return Collections.nCopies(clients, "");
  }
}
