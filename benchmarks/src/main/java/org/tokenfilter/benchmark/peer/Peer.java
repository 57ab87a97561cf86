package org.tokenfilter.benchmark.peer;

import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.benchmark.database.Database;

/** Something that protects an application. */
public interface Peer extends AutoCloseable {

  /** What the table calls it. */
  String name();

  /**
   * Puts its filters in front of a new application, in the order in which they run. Called again
   * for each new start of the node: what a node alone remembers is forgotten then.
   */
  void protect(ServletContextHandler application) throws Exception;

  /**
   * Logs in so many users, each with one client, after the application has started.
   *
   * @return for each, the header lines that its requests are sent with, each ending with CR LF
   */
  List<String> logIn(int clients) throws Exception;

  /** Where it keeps its tokens; null for in memory, or nowhere. */
  default @Nullable Database database() {
    return null;
  }

  /** The tables of its live tokens. */
  default List<String> tables() {
    return List.of();
  }

  @Override
  default void close() {}
}
