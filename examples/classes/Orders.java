package org.example;

import io.jarpipe.MpQueue;
import io.jarpipe.PyClass;
import io.jarpipe.PyEnum;
import java.util.List;
import java.util.Locale;

/** Makes bills of orders; the records and the enum stand for the classes in shop.py. */
public final class Orders {
    @PyClass("shop.Kind")
    enum Kind implements PyEnum {
        SALE,
        RETURN;

        @Override
        public Object pyValue() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @PyClass("shop.Item")
    record Item(String name, int count, long cents) {}

    @PyClass("shop.Order")
    record Order(long number, Kind kind, List<Item> items) {}

    @PyClass("shop.Bill")
    record Bill(long order, long cents) {}

    private Orders() {}

    public static void run(MpQueue<Order> orders, MpQueue<Bill> bills) throws Exception {
        for (Order order : orders.until(null)) {
            long cents = order.items().stream()
                    .mapToLong(item -> item.count() * item.cents())
                    .sum();
            bills.put(new Bill(order.number(), order.kind() == Kind.SALE ? cents : -cents));
        }
    }
}
