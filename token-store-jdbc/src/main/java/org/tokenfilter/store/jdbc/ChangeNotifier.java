package org.tokenfilter.store.jdbc;

/** A notifier of all nodes that there are changes, if the database supports that (S17). */
interface ChangeNotifier extends AutoCloseable {

  /** A notifier that does nothing. */
  ChangeNotifier NONE =
      new ChangeNotifier() {
        @Override
        public void publish() {}

        @Override
        public AutoCloseable subscribe(Runnable changed) {
          return () -> {};
        }

        @Override
        public void close() {}
      };

  /** Notifies all nodes, soon, that changes were committed. Never throws. */
  void publish();

  /**
   * Starts to listen for changes.
   *
   * @return a handle that stops listening when it is closed
   */
  AutoCloseable subscribe(Runnable changed);

  /** Stops all listening. */
  @Override
  void close();
}
