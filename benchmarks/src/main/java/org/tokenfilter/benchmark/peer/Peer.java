package org.tokenfilter.benchmark.peer;

import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.benchmark.database.Database;

/** A protection of an application. */
public interface Peer extends AutoCloseable {

  /** Returns the name in the table of results. */
  String name();

  /**
   * Adds the filters to a new application, in the order in which they run. It is called again for
   * each restart of the node, which clears the state of the node.
   */
  void protect(ServletContextHandler application) throws Exception;

  /**
   * Logs in users, each with one client, after the application has started.
   *
   * @return the header lines of the requests of each user, each line ending with CR LF
   */
  List<String> logIn(int clients) throws Exception;

  /** Returns the database of the tokens; null if they are in memory, or not stored. */
  default @Nullable Database database() {
    return null;
  }

  /** Returns the tables of the live tokens. */
  default List<String> tables() {
    return List.of();
  }

  @Override
  default void close() {}
}
