package org.tokenfilter.integration.container;

import java.lang.reflect.Field;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The drivers registered with DriverManager, whichever class loader can see them. */
final class RegisteredDrivers {

  private RegisteredDrivers() {}

  /** Returns the class and the class loader of each. The JVM must open java.sql. */
  static List<String> now() throws ReflectiveOperationException {
    Field registered = DriverManager.class.getDeclaredField("registeredDrivers");
    registered.setAccessible(true);
    List<String> all = new ArrayList<>();
    for (Object entry : (Collection<?>) registered.get(null)) {
      Field driver = entry.getClass().getDeclaredField("driver");
      driver.setAccessible(true);
      Class<?> type = driver.get(entry).getClass();
      all.add(type.getName() + " of " + type.getClassLoader());
    }
    return all;
  }
}
