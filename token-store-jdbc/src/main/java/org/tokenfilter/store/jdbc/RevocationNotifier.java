package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.util.Collection;
import java.util.function.Consumer;
import org.tokenfilter.store.TokenId;

/** A notifier of other nodes about revocations, if the database supports that (S17). */
interface RevocationNotifier extends AutoCloseable {

  /** A notifier that does nothing. */
  RevocationNotifier NONE =
      new RevocationNotifier() {
        @Override
        public void publish(SqlExecutor executor, Collection<TokenId> ids) {}

        @Override
        public AutoCloseable subscribe(Consumer<TokenId> ended) {
          return () -> {};
        }

        @Override
        public void close() {}
      };

  /** Notifies other nodes of these revocations when the transaction is committed. */
  void publish(SqlExecutor executor, Collection<TokenId> ids) throws SQLException;

  /**
   * Starts to listen for revocations.
   *
   * @return a handle that stops listening when it is closed
   */
  AutoCloseable subscribe(Consumer<TokenId> ended);

  /** Stops all listening. */
  @Override
  void close();
}
