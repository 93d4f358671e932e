"""Sends instances of Python classes to a Java worker, and gets instances back."""

from shop import Bill, Item, Kind, Order

import jarpipe

if __name__ == "__main__":
    ctx = jarpipe.get_context()
    orders, bills = ctx.Queue(), ctx.Queue()
    worker = ctx.Process(target="org.example.Orders", args=(orders, bills))
    worker.start()
    orders.put(Order(1, Kind.SALE, [Item("nut", 12, 5), Item("bolt", 10, 7)]))
    orders.put(Order(2, Kind.RETURN, [Item("nut", 2, 5)]))
    orders.put(None)
    for _ in range(2):
        bill: Bill = bills.get()
        print(bill)
    worker.join()
