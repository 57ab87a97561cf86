package org.tokenfilter.integration.container;

import java.lang.reflect.Field;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The drivers that DriverManager has registered, whoever may see them. */
final class Drivers {

  private Drivers() {}

  /** Each by its class and its class loader. The JVM must open java.sql for it. */
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
