package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.util.Collection;
import java.util.function.Consumer;
import org.tokenfilter.store.TokenId;

/** A notifier of other nodes about revocations, if the database supports that (S17). */
interface EndWatch extends AutoCloseable {

  /** A notifier that does nothing. */
  EndWatch NONE =
      new EndWatch() {
        @Override
        public void tell(Session session, Collection<TokenId> ids) {}

        @Override
        public AutoCloseable start(Consumer<TokenId> ended) {
          return () -> {};
        }

        @Override
        public void close() {}
      };

  /** Notifies other nodes of these revocations when the transaction is committed. */
  void tell(Session session, Collection<TokenId> ids) throws SQLException;

  /**
   * Starts to listen for revocations.
   *
   * @return a handle that stops listening when it is closed
   */
  AutoCloseable start(Consumer<TokenId> ended);

  /** Stops all listening. */
  @Override
  void close();
}
