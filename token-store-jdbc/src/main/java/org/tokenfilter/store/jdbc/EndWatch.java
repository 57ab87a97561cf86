package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.util.Collection;
import java.util.function.Consumer;
import org.tokenfilter.store.TokenId;

/** Tells other nodes of ends as they happen, where the database can (S17). */
interface EndWatch extends AutoCloseable {

  /** Where it cannot, or was not asked to. */
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

  /** Tells of these when the transaction is committed. */
  void tell(Session session, Collection<TokenId> ids) throws SQLException;

  /** Listens until the answer is closed. */
  AutoCloseable start(Consumer<TokenId> ended);

  /** Stops all listening. */
  @Override
  void close();
}
