"""How programs of others are joined to this appliance: pieces to paste into them, as the help shows them.

`KEY` stands for a key, `SAID` for a text of the shop's own; the HTTP in them is tried by a test.
"""

from __future__ import annotations

WOOCOMMERCE = """\
add_action('woocommerce_order_status_completed', function ($id) {
    $order = wc_get_order($id);
    wp_remote_post('ROOT/api/v1/messages', [
        'timeout' => 10,
        'headers' => [
            'Authorization' => 'Bearer KEY',
            'Content-Type' => 'application/json',
            'Idempotency-Key' => "order-$id-completed",
        ],
        'body' => wp_json_encode([
            'to' => $order->get_billing_phone(),
            'text' => sprintf('SAID', $order->get_order_number()),
        ]),
    ]);
});
"""
HOME_ASSISTANT = """\
rest_command:
  chappe:
    url: "ROOT/api/v1/messages"
    method: post
    headers:
      Authorization: "Bearer KEY"
    content_type: "application/json"
    payload: '{"to": {{ to | to_json }}, "text": {{ text | to_json }}, "category": "alert"}'

automation:
  - alias: "Chappe"
    triggers:
      - trigger: state
        entity_id: binary_sensor.water_leak
        to: "on"
    actions:
      - action: rest_command.chappe
        data:
          to: "+33639980001"
          text: "SAID"
"""
PIECES = {"woocommerce": WOOCOMMERCE, "home-assistant": HOME_ASSISTANT}


def piece(name: str, root: str, said: str) -> str:
    """What is pasted into that program, with this appliance's address; `said`: %s stands for the order."""
    return PIECES[name].replace("ROOT", root).replace("SAID", said)
